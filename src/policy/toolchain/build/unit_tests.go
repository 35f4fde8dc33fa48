package main

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/cover"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/tester"
)

const defaultTestTimeout = 5 * time.Second

type testCase struct {
	Name  string     `json:"name"`
	Pass  bool       `json:"pass"`
	Cases []testCase `json:"cases,omitempty"`
}

type testResult struct {
	Package    string       `json:"package"`
	Name       string       `json:"name"`
	File       string       `json:"file,omitempty"`
	Row        int          `json:"row,omitempty"`
	Col        int          `json:"col,omitempty"`
	Outcome    string       `json:"outcome"`
	Errors     []diagnostic `json:"errors,omitempty"`
	Output     string       `json:"output,omitempty"`
	Trace      string       `json:"trace,omitempty"`
	DurationNs int64        `json:"durationNs"`
	Cases      []testCase   `json:"cases,omitempty"`
}

// test runs the test_ rules as `opa test` does, one after another. The timeout is for each test.
func (c *call) test() result {
	ctx := context.Background()
	modules, err := c.modules()
	if err != nil {
		return refuse(err)
	}
	allowed, err := c.allowed()
	if err != nil {
		return refuse(err)
	}
	store, err := c.store()
	if err != nil {
		return refuse(err)
	}
	txn, err := store.NewTransaction(ctx, storage.WriteParams)
	if err != nil {
		return refuse(err)
	}
	defer store.Abort(ctx, txn)

	timeout := defaultTestTimeout
	if c.TimeoutMs > 0 {
		timeout = time.Duration(c.TimeoutMs) * time.Millisecond
	}
	compiler := ast.NewCompiler().WithCapabilities(allowed).WithEnablePrintStatements(true).SetErrorLimit(0)
	runner := tester.NewRunner().SetDefaultRegoVersion(ast.RegoV1).SetCompiler(compiler).SetStore(store).
		CapturePrintOutput(true).RaiseBuiltinErrors(true).SetModules(modules).
		SetTimeout(timeout).SetParallel(1).Filter(c.Run).EnableTracing(c.Explain != "")
	coverage := cover.New()
	if c.Coverage {
		// As `opa test --coverage`: a line not covered says whether only the index or an early exit kept it so.
		runner = runner.SetCoverageRuns([]cover.Kind{cover.KindIndexExcluded, cover.KindEarlyExit}).
			SetCoverageQueryTracer(coverage)
	}
	found, err := runner.RunTests(ctx, txn)
	if err != nil {
		return refuse(err)
	}
	results := []testResult{}
	count := map[string]int{}
	for t := range found {
		r := c.describeTest(t)
		count[r.Outcome]++
		results = append(results, r)
	}
	slices.SortStableFunc(results, func(a, b testResult) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Row, b.Row), cmp.Compare(a.Name, b.Name))
	})
	reply := result{"ok": true, "results": results,
		"passed": count["pass"], "failed": count["fail"], "errored": count["error"], "skipped": count["skip"]}
	if c.Coverage {
		reply["coverage"] = coverage.Report(modules)
	}
	return reply
}

func (c *call) describeTest(t *tester.Result) testResult {
	r := testResult{Package: t.Package, Name: t.Name, Output: string(t.Output), DurationNs: t.Duration.Nanoseconds(),
		Errors: diagnose(t.Error), Cases: cases(t.SubResults)}
	if t.Location != nil {
		r.File, r.Row, r.Col = t.Location.File, t.Location.Row, t.Location.Col
	}
	switch {
	case t.Skip:
		r.Outcome = "skip"
	case t.Error != nil:
		r.Outcome = "error"
	case t.Fail:
		r.Outcome = "fail"
	default:
		r.Outcome = "pass"
	}
	if r.Outcome != "pass" && c.Explain != "" && len(t.Trace) > 0 {
		r.Trace = traceText(lineageOf(c.Explain, t.Trace))
	}
	return r
}

func cases(found tester.SubResultMap) []testCase {
	list := make([]testCase, 0, len(found))
	for name, sub := range found {
		list = append(list, testCase{Name: name, Pass: !sub.Fail, Cases: cases(sub.SubResults)})
	}
	slices.SortFunc(list, func(a, b testCase) int { return cmp.Compare(a.Name, b.Name) })
	return list
}
