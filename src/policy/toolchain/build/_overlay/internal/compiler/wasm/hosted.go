package wasm

// Hosted names built-ins that are called of the host although the module could bring its own.
var Hosted map[string]bool

// ownFunction is the function of OPA's C library for a built-in, if it is there and wanted.
func ownFunction(builtin string) (string, bool) {
	if Hosted[builtin] {
		return "", false
	}
	name, ok := builtinsFunctions[builtin]
	return name, ok
}
