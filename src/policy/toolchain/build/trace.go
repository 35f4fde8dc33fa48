package main

import (
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/topdown"
	"github.com/open-policy-agent/opa/v1/topdown/lineage"
)

type traceEvent struct {
	Op      string `json:"op"`
	Query   uint64 `json:"query"`
	Parent  uint64 `json:"parent"`
	Node    string `json:"node"`
	File    string `json:"file,omitempty"`
	Row     int    `json:"row,omitempty"`
	Col     int    `json:"col,omitempty"`
	Message string `json:"message,omitempty"`
}

func lineageOf(kind string, events []*topdown.Event) []*topdown.Event {
	switch kind {
	case "notes":
		return lineage.Notes(events)
	case "fails":
		return lineage.Fails(events)
	}
	return lineage.Full(events)
}

func traceText(events []*topdown.Event) string {
	var text strings.Builder
	topdown.PrettyTraceWithLocation(&text, events)
	return text.String()
}

func traceEvents(events []*topdown.Event) []traceEvent {
	list := make([]traceEvent, 0, len(events))
	for _, e := range events {
		t := traceEvent{Op: string(e.Op), Query: e.QueryID, Parent: e.ParentID, Message: e.Message}
		if e.Node != nil {
			t.Node = fmt.Sprint(e.Node)
		}
		if e.Location != nil {
			t.File, t.Row, t.Col = e.Location.File, e.Location.Row, e.Location.Col
		}
		list = append(list, t)
	}
	return list
}
