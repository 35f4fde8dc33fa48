//go:build wasip1

// The WASM face of the toolchain: a WASI reactor with three exports. The host asks for a buffer
// (opa_alloc), writes one JSON request into it, calls (opa_call), reads the reply and lets go (opa_free).
package main

import (
	"encoding/binary"
	"runtime/debug"
	"unsafe"
)

// A compile allocates some tens of megabytes and keeps nearly nothing, so a collector that waits longer
// is faster; the memory limit brings it back to work before the linear memory, which never shrinks, swells.
const (
	gcPercent   = 400
	memoryLimit = 96 << 20
)

func init() {
	debug.SetGCPercent(gcPercent)
	debug.SetMemoryLimit(memoryLimit)
}

func main() {}

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
