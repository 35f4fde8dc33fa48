package topdown

import "runtime"

// Cancel replaces OPA's own. WASM has one thread and Go cannot interrupt a goroutine on it, so an
// evaluation has to step aside now and then, or the timer that would cancel it never runs.
type Cancel interface {
	Cancel()
	Cancelled() bool
}

const looksBetweenYields = 4096

type cancel struct {
	cancelled bool
	looks     int
}

func NewCancel() Cancel { return &cancel{} }

func (c *cancel) Cancel() { c.cancelled = true }

func (c *cancel) Cancelled() bool {
	if c.looks++; c.looks == looksBetweenYields {
		c.looks = 0
		runtime.Gosched()
	}
	return c.cancelled
}
