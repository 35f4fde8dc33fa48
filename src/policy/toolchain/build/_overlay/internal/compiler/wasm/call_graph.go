package wasm

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"sync"

	"github.com/open-policy-agent/opa/internal/compiler/wasm/opa"
)

// callGraph reads OPA's table of who calls whom in its C library. It is always the same and took half of
// the time of a small compile, so it is read once.
var callGraph = sync.OnceValues(func() ([][]string, error) {
	table := csv.NewReader(bytes.NewReader(opa.CallGraphCSV()))
	table.LazyQuotes = true
	edges, err := table.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("csv read: %w", err)
	}
	for _, edge := range edges {
		for i, quoted := range edge {
			if edge[i], err = unquote(quoted); err != nil {
				return nil, fmt.Errorf("unquote name %s: %w", quoted, err)
			}
		}
	}
	return edges, nil
})
