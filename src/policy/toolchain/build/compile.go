package main

import (
	"context"
	"errors"

	"github.com/open-policy-agent/opa/v1/ast"
	opa "github.com/open-policy-agent/opa/v1/compile"
)

// compile does what `opa build -t wasm` does in the directory of the files, up to the point where the
// bundle would be written; the bytes are the same as those of the policy.wasm in that bundle, unless built-ins are hosted.
func (c *call) compile(ctx context.Context) (result, []byte) {
	allowed, err := c.allowed()
	if err != nil {
		return refuse(err), nil
	}
	opa.SetHostedBuiltins(c.Hosted)
	compiler := opa.New().
		WithCapabilities(allowed).
		WithTarget(opa.TargetWasm).
		WithEntrypoints(c.Entrypoints...).
		WithRegoAnnotationEntrypoints(true).
		WithOptimizationLevel(c.Optimize).
		WithPruneUnused(c.Prune).
		WithEnablePrintStatements(c.Print).
		WithRegoVersion(ast.RegoV1).
		WithFS(newMemoryTree(c.Files)).
		WithPaths(".")
	if err := compiler.Build(ctx); err != nil {
		return refuse(err), nil
	}
	bundle := compiler.Bundle()
	if len(bundle.WasmModules) != 1 {
		return refuse(errors.New("the compiler gave no WASM module")), nil
	}
	names := make([]string, 0, len(bundle.Manifest.WasmResolvers))
	for _, resolver := range bundle.Manifest.WasmResolvers {
		names = append(names, resolver.Entrypoint)
	}
	reply := result{"ok": true, "entrypoints": names, "manifest": bundle.Manifest, "data": bundle.Data}
	return reply, bundle.WasmModules[0].Raw
}
