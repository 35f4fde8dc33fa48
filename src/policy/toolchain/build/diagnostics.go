package main

import (
	"errors"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/loader"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/topdown"
)

const (
	codePanic = "toolchain_panic"
	codeOther = "opa_error"
)

// diagnostic is one complaint with its place; rows and columns count from 1, as OPA gives them.
type diagnostic struct {
	Code    string   `json:"code"`
	Message string   `json:"message"`
	File    string   `json:"file,omitempty"`
	Row     int      `json:"row,omitempty"`
	Col     int      `json:"col,omitempty"`
	Details []string `json:"details,omitempty"`
}

func diagnose(err error) []diagnostic {
	var parse ast.Errors
	var load loader.Errors
	var query rego.Errors
	var one *ast.Error
	var run *topdown.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &parse):
		return each(parse)
	case errors.As(err, &load):
		return each(load)
	case errors.As(err, &query):
		return each(query)
	case errors.As(err, &one):
		d := diagnostic{Code: one.Code, Message: one.Message}.at(one.Location)
		if one.Details != nil {
			d.Details = one.Details.Lines()
		}
		return []diagnostic{d}
	case errors.As(err, &run):
		return []diagnostic{diagnostic{Code: run.Code, Message: run.Message}.at(run.Location)}
	}
	return []diagnostic{{Code: codeOther, Message: err.Error()}}
}

func each[E error](errs []E) []diagnostic {
	all := make([]diagnostic, 0, len(errs))
	for _, e := range errs {
		all = append(all, diagnose(e)...)
	}
	return all
}

func (d diagnostic) at(place *ast.Location) diagnostic {
	if place != nil {
		d.File, d.Row, d.Col = place.File, place.Row, place.Col
	}
	return d
}
