package main

import (
	"bytes"
	"context"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/open-policy-agent/opa/v1/util"
)

// prepared is a query ready to be asked many times, and the modules it was compiled from.
func (c *call) prepared(ctx context.Context, options ...func(*rego.Rego)) (rego.PreparedEvalQuery, map[string]*ast.Module, error) {
	compiler, modules, err := c.compiled(false)
	if err != nil {
		return rego.PreparedEvalQuery{}, nil, err
	}
	store, err := c.store()
	if err != nil {
		return rego.PreparedEvalQuery{}, nil, err
	}
	options = append(options, rego.Compiler(compiler), rego.Store(store), rego.Query(c.Query),
		rego.SetRegoVersion(ast.RegoV1), rego.StrictBuiltinErrors(c.Strict))
	query, err := rego.New(options...).PrepareForEval(ctx)
	return query, modules, err
}

func inputOption(text []byte) ([]rego.EvalOption, error) {
	if len(text) == 0 {
		return nil, nil
	}
	var input any
	if err := util.UnmarshalJSON(text, &input); err != nil {
		return nil, err
	}
	return []rego.EvalOption{rego.EvalInput(input)}, nil
}

func (c *call) eval(ctx context.Context) result {
	var printed bytes.Buffer
	query, modules, err := c.prepared(ctx, rego.PrintHook(topdown.NewPrintHook(&printed)))
	if err != nil {
		return refuse(err)
	}
	options, err := inputOption(c.Input)
	if err != nil {
		return refuse(err)
	}
	events := topdown.NewBufferTracer()
	if c.Explain != "" {
		options = append(options, rego.EvalQueryTracer(events))
	}
	coverage := cover.New()
	if c.Coverage {
		options = append(options, rego.EvalQueryTracer(coverage))
	}
	rows, err := query.Eval(ctx, options...)
	if err != nil {
		return refuse(err)
	}
	if rows == nil {
		rows = rego.ResultSet{}
	}
	reply := result{"ok": true, "result": rows, "printed": printed.String()}
	if c.Explain != "" {
		kept := lineageOf(c.Explain, *events)
		reply["trace"], reply["traceText"] = traceEvents(kept), traceText(kept)
	}
	if c.Coverage {
		reply["coverage"] = coverage.Report(modules)
	}
	return reply
}

// evalMany prepares once and asks once for each input. A failing input has its own errors; the others go on.
func (c *call) evalMany(ctx context.Context) result {
	query, _, err := c.prepared(ctx)
	if err != nil {
		return refuse(err)
	}
	results := make([]result, len(c.Inputs))
	for i, text := range c.Inputs {
		results[i] = one(ctx, query, text)
	}
	return result{"ok": true, "results": results}
}

func one(ctx context.Context, query rego.PreparedEvalQuery, text []byte) result {
	options, err := inputOption(text)
	if err != nil {
		return refuse(err)
	}
	rows, err := query.Eval(ctx, options...)
	if err != nil {
		return refuse(err)
	}
	values := make([]any, 0, len(rows))
	for _, row := range rows {
		for _, expression := range row.Expressions {
			values = append(values, expression.Value)
		}
	}
	return result{"ok": true, "values": values}
}
