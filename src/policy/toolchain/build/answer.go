// Package main puts OPA's parser, checker, formatter, compiler, test runner and evaluator behind one
// call: JSON in, JSON and bytes out. It is compiled to WASM and driven by ../host.ts.
package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/open-policy-agent/opa/v1/version"
)

// call is the union of what all operations take; ../toolchain.ts says which takes what.
type call struct {
	Op           string            `json:"op"`
	Files        map[string]string `json:"files"`
	Data         json.RawMessage   `json:"data"`
	Input        json.RawMessage   `json:"input"`
	Inputs       []json.RawMessage `json:"inputs"`
	Query        string            `json:"query"`
	Entrypoints  []string          `json:"entrypoints"`
	Hosted       []string          `json:"hosted"`
	Optimize     int               `json:"optimize"`
	Prune        bool              `json:"prune"`
	Print        bool              `json:"print"`
	Strict       bool              `json:"strict"`
	Locations    bool              `json:"locations"`
	Run          string            `json:"run"`
	Coverage     bool              `json:"coverage"`
	Explain      string            `json:"explain"`
	TimeoutMs    int               `json:"timeoutMs"`
	Capabilities json.RawMessage   `json:"capabilities"`
}

type result map[string]any

func refuse(err error) result { return result{"ok": false, "errors": diagnose(err)} }

// answer never panics: a panic inside OPA becomes a diagnostic, and the host discards the instance.
func answer(request []byte) (body []byte, attachment []byte) {
	defer func() {
		if cause := recover(); cause != nil {
			body, _ = json.Marshal(result{"ok": false, "errors": []diagnostic{{Code: codePanic, Message: fmt.Sprint(cause)}}})
			attachment = nil
		}
	}()
	var c call
	if err := json.Unmarshal(request, &c); err != nil {
		body, _ = json.Marshal(refuse(err))
		return body, nil
	}
	reply, attachment := c.perform()
	body, err := json.Marshal(reply)
	if err != nil {
		body, _ = json.Marshal(refuse(err))
		return body, nil
	}
	return body, attachment
}

func (c *call) perform() (result, []byte) {
	ctx := context.Background()
	switch c.Op {
	case "version":
		return result{"ok": true, "opa": version.Version, "go": version.GoVersion}, nil
	case "capabilities":
		return c.describe(), nil
	case "parse":
		return c.parse(), nil
	case "check":
		return c.check(), nil
	case "format":
		return c.format(), nil
	case "compile":
		return c.compile(ctx)
	case "compileTests":
		return c.compileTests(ctx)
	case "test":
		return c.test(), nil
	case "eval":
		return c.eval(ctx), nil
	case "evalMany":
		return c.evalMany(ctx), nil
	}
	return refuse(fmt.Errorf("unknown operation %q", c.Op)), nil
}
