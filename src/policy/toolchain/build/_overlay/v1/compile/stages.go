package compile

import "github.com/open-policy-agent/opa/v1/ast"

// MoreStages, where there are any, are added to the compilers of the builds that follow.
var MoreStages = func(c *ast.Compiler) *ast.Compiler { return c }
