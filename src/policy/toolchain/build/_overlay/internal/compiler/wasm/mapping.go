package wasm

import (
	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/ir"
)

// mapFunc puts a function's index at its path in the mapping. OPA's own merges, which copies the whole
// mapping for each function; this one inserts. It says no where a path ends at, or goes through, another's end.
func mapFunc(mapping ast.Object, fn *ir.Func, index int) (ast.Object, bool) {
	parent, last := mapping, len(fn.Path)-1
	for _, name := range fn.Path[:last] {
		key := ast.StringTerm(name)
		child := parent.Get(key)
		if child == nil {
			child = ast.NewTerm(ast.NewObject())
			parent.Insert(key, child)
		}
		object, ok := child.Value.(ast.Object)
		if !ok {
			return nil, false
		}
		parent = object
	}
	key := ast.StringTerm(fn.Path[last])
	if parent.Get(key) != nil {
		return nil, false
	}
	parent.Insert(key, ast.IntNumberTerm(index))
	return mapping, true
}
