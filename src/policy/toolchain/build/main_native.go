//go:build !wasip1

// The same operations as an ordinary program, to compare with and to profile: one JSON request on
// standard input, the JSON reply on standard output, the bytes into the file named by the argument.
package main

import (
	"fmt"
	"io"
	"os"
)

func main() {
	request, err := io.ReadAll(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	body, attachment := answer(request)
	if len(os.Args) > 1 {
		if err := os.WriteFile(os.Args[1], attachment, 0o644); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
	}
	os.Stdout.Write(append(body, '\n'))
}
