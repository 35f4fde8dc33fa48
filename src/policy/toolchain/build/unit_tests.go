package main

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	opa "github.com/open-policy-agent/opa/v1/compile"
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

type testRule struct {
	Package    string `json:"package"`
	Name       string `json:"name"`
	Entrypoint string `json:"entrypoint,omitempty"`
	Table      bool   `json:"table,omitempty"`
	File       string `json:"file"`
	Row        int    `json:"row"`
}

// compileTests compiles the test_ rules of the files, each as an entry point, with what they reach. Those that are to
// be skipped have none. There is no module where nothing is to be run.
func (c *call) compileTests(ctx context.Context) (result, []byte) {
	modules, err := c.modules()
	if err != nil {
		return refuse(err), nil
	}
	wanted, err := regexp.Compile(c.Run)
	if err != nil {
		return refuse(err), nil
	}
	tests := []testRule{}
	c.Entrypoints, c.Prune, c.Print = nil, true, true
	for _, rule := range tester.NameTests(modules) {
		path := rule.Module.Package.Path.Extend(rule.Name)
		if !wanted.MatchString(path.String()) {
			continue
		}
		test := testRule{Package: rule.Module.Package.Path.String(), Name: rule.Name.String(),
			Table: rule.Head.DocKind() == ast.PartialObjectDoc, File: rule.Loc().File, Row: rule.Loc().Row}
		if !rule.Skip {
			test.Entrypoint = entrypoint(path)
			c.Entrypoints = append(c.Entrypoints, test.Entrypoint)
		}
		tests = append(tests, test)
	}
	if len(c.Entrypoints) == 0 {
		return result{"ok": true, "tests": tests}, nil
	}
	before := opa.MoreStages
	opa.MoreStages = tester.WithTestStages
	defer func() { opa.MoreStages = before }()
	reply, wasm := c.compile(ctx)
	if wasm != nil {
		reply = result{"ok": true, "tests": tests}
	}
	return reply, wasm
}

// entrypoint writes a path as the compiler reads it, which knows no escapes.
func entrypoint(path ast.Ref) string {
	parts := make([]string, 0, len(path)-1)
	for _, part := range path[1:] {
		parts = append(parts, string(part.Value.(ast.String)))
	}
	return strings.Join(parts, "/")
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
