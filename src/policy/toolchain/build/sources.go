package main

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	astjson "github.com/open-policy-agent/opa/v1/ast/json"
	"github.com/open-policy-agent/opa/v1/format"
	"github.com/open-policy-agent/opa/v1/loader"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/util"
)

func isRego(name string) bool { return strings.HasSuffix(name, ".rego") }

// modules parses every .rego file, in path order, and reports the errors of all of them at once.
func (c *call) modules() (map[string]*ast.Module, error) {
	modules := make(map[string]*ast.Module, len(c.Files))
	var problems ast.Errors
	for _, name := range slices.Sorted(maps.Keys(c.Files)) {
		if !isRego(name) {
			continue
		}
		options := ast.ParserOptions{ProcessAnnotation: true, RegoVersion: ast.RegoV1}
		module, err := ast.ParseModuleWithOpts(name, c.Files[name], options)
		var found ast.Errors
		switch {
		case errors.As(err, &found):
			problems = append(problems, found...)
		case err != nil:
			return nil, err
		case module != nil:
			modules[name] = module
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return modules, nil
}

// store holds the data files (each at the path of its directory, as `opa` mounts them) under the call's own data.
func (c *call) store() (storage.Store, error) {
	documents := map[string]any{}
	files := maps.Clone(c.Files)
	maps.DeleteFunc(files, func(name, _ string) bool { return isRego(name) })
	if len(files) > 0 {
		loaded, err := loader.NewFileLoader().WithFS(newMemoryTree(files)).All([]string{"."})
		if err != nil {
			return nil, err
		}
		documents = loaded.Documents
	}
	if len(c.Data) > 0 {
		var own map[string]any
		if err := util.UnmarshalJSON(c.Data, &own); err != nil {
			return nil, err
		}
		maps.Copy(documents, own)
	}
	return inmem.NewFromObjectWithOpts(documents, inmem.OptRoundTripOnWrite(false)), nil
}

// compiled parses and checks everything, for the interpreter.
func (c *call) compiled(strict bool) (*ast.Compiler, map[string]*ast.Module, error) {
	modules, err := c.modules()
	if err != nil {
		return nil, nil, err
	}
	allowed, err := c.allowed()
	if err != nil {
		return nil, nil, err
	}
	compiler := ast.NewCompiler().WithCapabilities(allowed).WithStrict(strict).
		WithEnablePrintStatements(true).SetErrorLimit(0)
	if compiler.Compile(modules); compiler.Failed() {
		return nil, nil, compiler.Errors
	}
	return compiler, modules, nil
}

func (c *call) check() result {
	_, modules, err := c.compiled(c.Strict)
	if err != nil {
		return refuse(err)
	}
	return result{"ok": true, "modules": len(modules)}
}

var everyLocation = astjson.Options{MarshalOptions: astjson.MarshalOptions{
	IncludeLocation: astjson.NodeToggle{
		Term: true, Package: true, Comment: true, Import: true, Rule: true, Head: true, Expr: true,
		SomeDecl: true, Every: true, With: true, Annotations: true, Not: true, And: true, Or: true,
	},
	ExcludeLocationFile: true, // the key of the module says it
}}

func (c *call) parse() result {
	modules, err := c.modules()
	if err != nil {
		return refuse(err)
	}
	if c.Locations { // a setting of the whole process, so it is put back before the next call
		astjson.SetOptions(everyLocation)
		defer astjson.SetOptions(astjson.Defaults())
	}
	text, err := json.Marshal(modules)
	if err != nil {
		return refuse(err)
	}
	return result{"ok": true, "modules": json.RawMessage(text)}
}

func (c *call) format() result {
	formatted := make(map[string]string, len(c.Files))
	var problems []diagnostic
	for _, name := range slices.Sorted(maps.Keys(c.Files)) {
		text, err := format.SourceWithOpts(name, []byte(c.Files[name]), format.Opts{RegoVersion: ast.RegoV1})
		if err != nil {
			problems = append(problems, diagnose(err)...)
			continue
		}
		formatted[name] = string(text)
	}
	if len(problems) > 0 {
		return result{"ok": false, "errors": problems}
	}
	return result{"ok": true, "files": formatted}
}
