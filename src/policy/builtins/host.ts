/**
 * The host side of a compiled policy: what it imports. OPA's npm runtime answers a policy's calls through JSON, which
 * loses sets, keys that are not strings and integers beyond 2^53, and always prefers its own `sprintf`; so the calls
 * are answered here: operands are read where they lie, answers written in Rego's own notation, and that runtime is left
 * what it does well: evaluating.
 */
import { textOf } from './bytes.js'
import { type PolicyMemory, ValueMemory } from './memory.js'
import { writeTerm } from './notation.js'
import { type Builtin, BuiltinError } from './operand.js'
import type { Term } from './term.js'

// Node has WebAssembly; the type library without a browser's DOM does not say so. Only what is used is declared.
declare const WebAssembly: {
  Instance: new (
    module: object,
    imports: Record<string, Record<string, unknown>>,
  ) => { readonly exports: object }
}

/** An instance of a compiled policy (`WebAssembly.Instance`). */
export interface PolicyInstance {
  readonly exports: object
}

interface PolicyExports {
  builtins(): number
  opa_malloc(size: number): number
  opa_json_dump(value: number): number
  opa_value_parse(text: number, length: number): number
}

/**
 * Instantiates a compiled policy with these built-ins behind it.
 *
 * A built-in's `BuiltinError` makes the calling expression undefined. Everything else that is thrown ends the
 * evaluation: `BuiltinHalt`, faults of the policy's own runtime (out of memory, conflicting results) as `Error`.
 *
 * @param module a compiled `WebAssembly.Module`
 * @param memory the memory to import; its initial size must be at least what the module asks for
 * @param builtins by OPA's names
 * @throws Error that names the built-ins which the policy calls and nobody provides
 */
export function instantiateWith(
  module: object,
  memory: PolicyMemory,
  builtins: Readonly<Record<string, Builtin>>,
): PolicyInstance {
  const called: Builtin[] = []
  const values = new ValueMemory(memory)
  let policy: PolicyExports | undefined
  const call = (id: number, _context: number, ...operands: number[]) =>
    callBuiltin(
      policy!,
      values,
      called[id]!,
      operands.map((operand) => values.term(operand)),
    )
  const instance = new WebAssembly.Instance(module, {
    env: {
      memory,
      opa_abort: (address: number) => {
        throw new Error(runtimeFailure(textOf(cString(memory, address))))
      },
      // A policy that is compiled without `print` has nothing to say here, and our output is not for it.
      opa_println: () => {},
      opa_builtin0: call,
      opa_builtin1: call,
      opa_builtin2: call,
      opa_builtin3: call,
      opa_builtin4: call,
    },
  })
  policy = instance.exports as PolicyExports
  const ids = JSON.parse(textOf(cString(memory, policy.opa_json_dump(policy.builtins())))) as Record<
    string,
    number
  >
  const missing = Object.keys(ids).filter((name) => !Object.hasOwn(builtins, name))
  if (missing.length > 0)
    throw new Error(`built-in functions that are not available: ${missing.sort().join(', ')}`)
  for (const [name, id] of Object.entries(ids)) called[id] = builtins[name]!
  return instance
}

// The policy takes address 0 for "undefined".
const UNDEFINED = 0

// What OPA's allocator says when memory may not grow any further.
const NO_MEMORY = 'opa_malloc: failed'

const runtimeFailure = (message: string): string =>
  message === NO_MEMORY
    ? 'the policy took more memory than one evaluation may'
    : `the policy's runtime failed: ${message}`

function callBuiltin(policy: PolicyExports, values: ValueMemory, run: Builtin, operands: Term[]): number {
  try {
    return valueIn(policy, values, run(...operands))
  } catch (error) {
    if (error instanceof BuiltinError) return UNDEFINED
    throw error
  }
}

function valueIn(policy: PolicyExports, values: ValueMemory, term: Term): number {
  let hasBytes = false
  const text = writeTerm(term, () => {
    hasBytes = true
  })
  const length = Buffer.byteLength(text)
  const address = policy.opa_malloc(length)
  values.write(text, address)
  const value = policy.opa_value_parse(address, length)
  if (value === 0) throw new Error('the policy could not read the answer of a built-in')
  if (hasBytes) values.fillIn(term, value)
  return value
}

function cString(memory: PolicyMemory, address: number): Uint8Array {
  const bytes = new Uint8Array(memory.buffer)
  return bytes.subarray(address, bytes.indexOf(0, address))
}
