//go:build wasip1

// The WASM face of the toolchain: a WASI reactor whose exports are few. The host asks for a buffer
// (opa_alloc), writes one JSON request into it, calls (opa_call), reads the reply and lets go (opa_free).
package main

import (
	"encoding/binary"
	"runtime"
	"runtime/metrics"
	"unsafe"
)

// The collector starts when the heap has doubled, and the heap of an idle toolchain is small: it would run
// several times in one small compile. Counting memory that is never touched lets a call of ordinary size
// finish first; opa_rest then collects, when nobody waits.
const (
	headroom      = 16 << 20
	worthClearing = 8 << 20
)

var untouched = make([]byte, headroom)

var heap = []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/gc/heap/live:bytes"}}

func main() {}

// opaRest clears up after calls, for the host to call when it has passed the reply on.
//
//go:wasmexport opa_rest
func opaRest() {
	runtime.KeepAlive(untouched)
	if metrics.Read(heap); heap[0].Value.Uint64() > heap[1].Value.Uint64()+worthClearing {
		runtime.GC()
	}
}

// The collector does not move objects, so an address handed to the host stays good while these hold it.
var request, reply []byte

//go:wasmexport opa_alloc
func opaAlloc(size uint32) uint32 {
	request = make([]byte, max(size, 1))
	return uint32(uintptr(unsafe.Pointer(&request[0])))
}

// opaCall answers the request at opa_alloc's address with the address of
// [u32 length of json][u32 length of bytes][json][bytes], little-endian.
//
//go:wasmexport opa_call
func opaCall() uint32 {
	body, attachment := answer(request)
	request = nil
	reply = make([]byte, 0, 8+len(body)+len(attachment))
	reply = binary.LittleEndian.AppendUint32(reply, uint32(len(body)))
	reply = binary.LittleEndian.AppendUint32(reply, uint32(len(attachment)))
	reply = append(reply, body...)
	reply = append(reply, attachment...)
	return uint32(uintptr(unsafe.Pointer(&reply[0])))
}

//go:wasmexport opa_free
func opaFree() { request, reply = nil, nil }
