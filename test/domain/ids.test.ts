import { describe, expect, it } from 'vitest'
import { sha256 } from '#src/domain/digest.js'
import { mask, splitPath } from '#src/domain/gate/record.js'
import { approvalId, decisionId, timeOrderedUuid, workflowId } from '#src/domain/ids.js'
import { canonicalJson } from '#src/domain/json.js'

const random = '0123456789abcdef0123456789abcdef'

describe('ids', () => {
  it('are UUIDs of version 7 that sort by time', () => {
    // RFC 9562, appendix A.6: 0x017F22E279B0 milliseconds.
    const id = timeOrderedUuid(0x017f22e279b0, random)
    expect(id).toMatch(/^017f22e2-79b0-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    const later = timeOrderedUuid(0x017f22e279b1, '0'.repeat(32))
    expect(id < later).toBe(true)
  })

  it('carry the contract’s prefixes', () => {
    expect(workflowId(1, random)).toMatch(/^wf_0/)
    expect(decisionId(1, random)).toMatch(/^dec_0/)
  })

  it('name a hold by its workflow and step, and later holds on the same step apart', () => {
    // Computed with Python's uuid.uuid5 over the contract's namespace.
    expect(approvalId('wf_1', 's', 1)).toBe('36581bc0-0208-532e-94b6-78def7e088f2')
    expect(approvalId('wf_1', 's', 2)).not.toBe(approvalId('wf_1', 's', 1))
  })
})

describe('canonical JSON', () => {
  it('orders keys and leaves values as they are', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'é"\n' }], a: 1e21, A: false })).toBe(
      '{"A":false,"a":1e+21,"b":[1,{"c":"é\\"\\n","d":null}]}',
    )
  })

  it('gives the same text for the same content, whatever the order it came in', () => {
    const one = canonicalJson(JSON.parse('{"x":{"b":1,"a":[{"z":0,"y":0}]},"w":2}'))
    const other = canonicalJson(JSON.parse('{"w":2,"x":{"a":[{"y":0,"z":0}],"b":1}}'))
    expect(one).toBe(other)
    expect(sha256(one)).toHaveLength(64)
  })

  it('has room for a key called __proto__', () => {
    expect(canonicalJson(JSON.parse('{"__proto__":{"a":1}}'))).toBe('{"__proto__":{"a":1}}')
  })
})

describe('masking', () => {
  it('replaces what stands at a path, in objects and lists, and passes over what is missing', () => {
    const input = { a: { b: [{ c: 1 }, { c: 2, d: 3 }] }, e: 'kept' }
    expect(mask(input, ['a.b[*].c', 'x.y', 'e.f'])).toEqual({
      a: { b: [{ c: '[redacted]' }, { c: '[redacted]', d: 3 }] },
      e: 'kept',
    })
    expect(mask(input, ['a.b[1]'])).toEqual({ a: { b: [{ c: 1 }, '[redacted]'] }, e: 'kept' })
  })

  it('reads quoted members in paths', () => {
    expect(splitPath('a["x.y"][0].b')).toEqual(['a', 'x.y', '0', 'b'])
  })
})
