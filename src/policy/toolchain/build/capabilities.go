package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// selection names the built-ins a policy may call; everything else of the capabilities is this version's own.
type selection struct {
	BuiltinNames []string `json:"builtinNames"`
}

// The same few capabilities come with every call, so they are read once.
var known = map[string]*ast.Capabilities{}

// allowed understands nothing (all of this version), a selection, or a whole capabilities document.
func (c *call) allowed() (*ast.Capabilities, error) {
	key := string(c.Capabilities)
	if found, ok := known[key]; ok {
		return found, nil
	}
	made, err := readCapabilities(c.Capabilities)
	if err != nil {
		return nil, err
	}
	if len(known) >= 8 {
		clear(known)
	}
	known[key] = made
	return made, nil
}

func readCapabilities(text []byte) (*ast.Capabilities, error) {
	current := ast.CapabilitiesForThisVersion()
	if len(text) == 0 || string(text) == "null" {
		return current, nil
	}
	var wanted selection
	if err := json.Unmarshal(text, &wanted); err != nil {
		return nil, err
	}
	if wanted.BuiltinNames == nil {
		return ast.LoadCapabilitiesJSON(bytes.NewReader(text))
	}
	missing := make(map[string]bool, len(wanted.BuiltinNames))
	for _, name := range wanted.BuiltinNames {
		missing[name] = true
	}
	kept := current.Builtins[:0]
	for _, builtin := range current.Builtins {
		if missing[builtin.Name] || strings.HasPrefix(builtin.Name, "internal.") {
			kept = append(kept, builtin)
			delete(missing, builtin.Name)
		}
	}
	for name := range missing {
		return nil, fmt.Errorf("capabilities name %q, which is no built-in of this OPA", name)
	}
	current.Builtins = kept
	return current, nil
}

func (c *call) describe() result {
	allowed, err := c.allowed()
	if err != nil {
		return refuse(err)
	}
	return result{"ok": true, "capabilities": allowed}
}
