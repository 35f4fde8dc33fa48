package tester

import (
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/util"
)

// Rule is a test rule under the name that it is reported by.
type Rule struct {
	*ast.Rule
	// Name is the reference as far as it names the test, without the package.
	Name ast.Ref
	Skip bool
}

// NameTests finds the test rules of the modules (a function is none), in the order of the modules' names, and gives those that share a name
// numbered suffixes, as the runner does; there the order is that of a map.
func NameTests(modules map[string]*ast.Module) []Rule {
	var found []Rule
	count := map[string]int{}
	for _, file := range util.KeysSorted(modules) {
		for _, rule := range modules[file].Rules {
			name, ref := ruleName(rule.Head)
			skip := strings.HasPrefix(name, SkipTestPrefix)
			if len(rule.Head.Args) > 0 || !skip && !strings.HasPrefix(name, TestPrefix) {
				continue
			}
			if key := modules[file].Package.Path.Extend(ref).String(); !skip {
				if k := count[key]; k > 0 {
					rest := rule.Head.Ref()[len(ref):]
					ref = ref.Copy()
					ref[len(ref)-1].Value = renamed(ref[len(ref)-1].Value, fmt.Sprintf("%s#%02d", name, k))
					rule.Head.SetRef(append(ref.Copy(), rest...))
				}
				count[key]++
			}
			found = append(found, Rule{Rule: rule, Name: ref, Skip: skip})
		}
	}
	return found
}

func renamed(old ast.Value, name string) ast.Value {
	if _, ok := old.(ast.Var); ok {
		return ast.Var(name)
	}
	return ast.String(name)
}

// WithTestStages makes the compiler treat test rules as the runner does, except that their names come in the order of NameTests.
func WithTestStages(compiler *ast.Compiler) *ast.Compiler {
	return compiler.
		WithStageAfterID(ast.StageRewriteRuleHeadRefs, ast.CompilerStageDefinition{
			Name:       "NameTests",
			MetricName: "name_tests",
			Stage: func(c *ast.Compiler) *ast.Error {
				NameTests(c.Modules)
				return nil
			},
		}).
		WithStageAfterID(ast.StageRewriteLocalVars, ast.CompilerStageDefinition{
			Name:       "InjectTestCaseFunc",
			MetricName: "inject_test_case_func",
			Stage:      injectTestCaseFunc,
		})
}
