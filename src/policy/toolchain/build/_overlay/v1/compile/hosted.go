package compile

import "github.com/open-policy-agent/opa/internal/compiler/wasm"

// SetHostedBuiltins says, for the compiles that follow, which built-ins are called of the host although the
// module could bring its own.
func SetHostedBuiltins(names []string) {
	wasm.Hosted = make(map[string]bool, len(names))
	for _, name := range names {
		wasm.Hosted[name] = true
	}
}
