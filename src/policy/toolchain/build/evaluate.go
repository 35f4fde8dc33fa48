package main

import (
	"bytes"
	"context"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/metrics"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/open-policy-agent/opa/v1/util"
)

// prepared is a query ready to be asked many times. One transaction and one deadline serve all of a call's
// evaluations; measuring them, or a goroutine each to wait for the deadline, costs more than a small query.
type prepared struct {
	rego.PreparedEvalQuery
	modules map[string]*ast.Module
	options []rego.EvalOption
}

func (c *call) prepare(ctx context.Context, settings ...func(*rego.Rego)) (*prepared, error) {
	compiler, modules, err := c.compiled(false)
	if err != nil {
		return nil, err
	}
	store, err := c.store()
	if err != nil {
		return nil, err
	}
	settings = append(settings, rego.Compiler(compiler), rego.Store(store), rego.Query(c.Query),
		rego.SetRegoVersion(ast.RegoV1), rego.StrictBuiltinErrors(c.Strict))
	query, err := rego.New(settings...).PrepareForEval(ctx)
	if err != nil {
		return nil, err
	}
	txn, err := store.NewTransaction(ctx)
	if err != nil {
		return nil, err
	}
	return &prepared{query, modules, []rego.EvalOption{rego.EvalTransaction(txn),
		rego.EvalMetrics(metrics.NoOp()), rego.EvalExternalCancel(c.deadline())}}, nil
}

func withInput(options []rego.EvalOption, text []byte) ([]rego.EvalOption, error) {
	if len(text) == 0 {
		return options, nil
	}
	var input any
	if err := util.UnmarshalJSON(text, &input); err != nil {
		return nil, err
	}
	return append(options[:len(options):len(options)], rego.EvalInput(input)), nil
}

// deadline looks at the clock itself: on one thread no timer would run while an evaluation does.
type deadline struct {
	at    time.Time
	looks int
	over  bool
}

const looksBetweenClocks = 1024

func (c *call) deadline() *deadline {
	if c.TimeoutMs <= 0 {
		return &deadline{}
	}
	return &deadline{at: time.Now().Add(time.Duration(c.TimeoutMs) * time.Millisecond)}
}

func (d *deadline) Cancel() { d.over = true }

func (d *deadline) Cancelled() bool {
	if d.looks++; d.looks == looksBetweenClocks && !d.at.IsZero() {
		d.looks = 0
		d.over = d.over || time.Now().After(d.at)
	}
	return d.over
}

func (c *call) eval(ctx context.Context) result {
	var printed bytes.Buffer
	query, err := c.prepare(ctx, rego.PrintHook(topdown.NewPrintHook(&printed)))
	if err != nil {
		return refuse(err)
	}
	options, err := withInput(query.options, c.Input)
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
		reply["coverage"] = coverage.Report(query.modules)
	}
	return reply
}

// evalMany prepares once and asks once for each input. A failing input has its own errors; the others go on.
func (c *call) evalMany(ctx context.Context) result {
	query, err := c.prepare(ctx)
	if err != nil {
		return refuse(err)
	}
	results := make([]result, len(c.Inputs))
	for i, text := range c.Inputs {
		results[i] = one(ctx, query, text)
	}
	return result{"ok": true, "results": results}
}

func one(ctx context.Context, query *prepared, text []byte) result {
	options, err := withInput(query.options, text)
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
