/** The built-in functions of Rego that OPA does not compile into a policy, for the host to answer. */
import { cidrBuiltins } from './cidr.js'
import { cryptoBuiltins } from './crypto.js'
import { encodingBuiltins } from './encoding.js'
import { graphBuiltins } from './graph.js'
import { instantiateWith, type PolicyInstance, type PolicyMemory } from './host.js'
import { jsonMarshalBuiltins } from './json-marshal.js'
import { jsonPatchBuiltins } from './json-patch.js'
import { jwtBuiltins } from './jwt.js'
import { numberBuiltins } from './numbers.js'
import { objectBuiltins } from './object-subset.js'
import type { Builtin } from './operand.js'
import { regexBuiltins } from './regex.js'
import { semverBuiltins } from './semver.js'
import { sprintfBuiltins } from './sprintf.js'
import { stringBuiltins } from './strings.js'
import { timeBuiltins } from './time.js'
import { unitBuiltins } from './units.js'
import { uriBuiltins } from './uri.js'
import { urlQueryBuiltins } from './url-query.js'
import { uuidBuiltins } from './uuid.js'

export type { PolicyInstance, PolicyMemory } from './host.js'
export { BuiltinHalt } from './operand.js'

/**
 * Pure functions by OPA's names, each answering as OPA 1.22's interpreter does. None reads a clock, draws a random
 * number or opens a socket.
 */
export const policyBuiltins: Readonly<Record<string, Builtin>> = {
  ...cidrBuiltins,
  ...cryptoBuiltins,
  ...encodingBuiltins,
  ...graphBuiltins,
  ...jsonMarshalBuiltins,
  ...jsonPatchBuiltins,
  ...jwtBuiltins,
  ...numberBuiltins,
  ...objectBuiltins,
  ...regexBuiltins,
  ...semverBuiltins,
  ...sprintfBuiltins,
  ...stringBuiltins,
  ...timeBuiltins,
  ...unitBuiltins,
  ...uriBuiltins,
  ...urlQueryBuiltins,
  ...uuidBuiltins,
}

/** Sorted; what a policy may call beside the built-ins that are compiled in. */
export const policyBuiltinNames: readonly string[] = Object.keys(policyBuiltins).sort()

/**
 * Instantiates a compiled policy with `policyBuiltins` behind it. OPA's npm runtime evaluates it from there:
 * `new LoadedPolicy(instance, memory, minorVersion)`; its own `loadPolicy` would pass sets as arrays, cut nanoseconds
 * off timestamps, and put its own `sprintf` in front.
 *
 * @param module a compiled `WebAssembly.Module`
 * @param memory the memory to import; its initial size must be at least what the module asks for
 * @throws Error that names the built-ins which the policy calls and nobody provides
 */
export const instantiatePolicy = (module: object, memory: PolicyMemory): PolicyInstance =>
  instantiateWith(module, memory, policyBuiltins)
