/** The built-in functions of Rego that OPA does not compile into a policy, or wrongly, for the host to answer. */

import { arithmeticBuiltins } from './arithmetic.js'
import { arraySliceBuiltins } from './array-slice.js'
import { bitBuiltins } from './bits.js'
import { cidrBuiltins } from './cidr.js'
import { cryptoBuiltins } from './crypto.js'
import { encodingBuiltins } from './encoding.js'
import { globBuiltins } from './glob.js'
import { graphBuiltins } from './graph.js'
import { instantiateWith, type PolicyInstance } from './host.js'
import { jsonMarshalBuiltins } from './json-marshal.js'
import { jsonPatchBuiltins } from './json-patch.js'
import { jsonPathBuiltins } from './json-paths.js'
import { jsonUnmarshalBuiltins } from './json-unmarshal.js'
import { jwtBuiltins } from './jwt.js'
import type { PolicyMemory } from './memory.js'
import { numberBuiltins } from './numbers.js'
import { objectBuiltins } from './object-subset.js'
import { objectUnionBuiltins } from './object-union.js'
import type { Builtin } from './operand.js'
import { regexBuiltins } from './regex.js'
import { semverBuiltins } from './semver.js'
import { sprintfBuiltins } from './sprintf.js'
import { stringBuiltins } from './strings.js'
import { templateBuiltins } from './template/render-template.js'
import { templateStringBuiltins } from './template-string.js'
import { timeBuiltins } from './time.js'
import { trimBuiltins } from './trims.js'
import { unitBuiltins } from './units.js'
import { uriBuiltins } from './uri.js'
import { urlQueryBuiltins } from './url-query.js'
import { uuidBuiltins } from './uuid.js'

export type { PolicyInstance } from './host.js'
export type { PolicyMemory } from './memory.js'
export { BuiltinHalt } from './operand.js'

/** By OPA's names. */
export type Builtins = Readonly<Record<string, Builtin>>

/**
 * Pure functions, each answering as OPA 1.22's interpreter does. None reads a clock, draws a random
 * number or opens a socket. Known departures:
 *
 * - A string that is not UTF-8 may be an operand, an answer, and in one an element of an array or the value of a key; as a
 *   key or in a set it ends the evaluation, as it mostly does in `lower`, `upper`,
 *   `strings.reverse` and `trim_space`.
 * - `to_number` spells a number as JSON does, where OPA keeps `+5` or `0x1p4`. Of equal numbers spelt otherwise (`1`,
 *   `1.0`) it may be the other that stays as a key.
 * - `time.*`: `Local` is UTC. Zone names in another case are partly taken. Before 1970, 95 zones differ by the history
 *   that the JavaScript engine keeps. The abbreviation of a zone other than UTC ends the evaluation (`BuiltinHalt`).
 * - `strings.render_template`: no imaginary numbers, and no room behind an array for `slice` to reach. A template of more
 *   than a million steps, ten million characters or 250 levels ends the evaluation, as an address (`%p`) does; in OPA, one
 *   that calls itself too deep is undefined.
 * - Letters that Go's Unicode 15 does not know yet are printed where OPA would escape them, inside quotes.
 * - `json.patch` follows RFC 6902 where OPA takes a wrong member of an array, or panics.
 * - `net.cidr_merge` has no answer for IPv4-mapped networks, of which OPA makes nonsense.
 * - Numbers beyond 2^10000 or of more than 10,000 characters, `units.*` beyond `1e10000`, `net.cidr_expand` beyond 65,536
 *   addresses, `numbers.range` and `numbers.range_step` beyond a million numbers and `graph.reachable_paths` beyond
 *   100,000 paths end the evaluation; OPA would go on until it is cancelled.
 */
export const policyBuiltins: Builtins = {
  ...arithmeticBuiltins,
  ...arraySliceBuiltins,
  ...bitBuiltins,
  ...cidrBuiltins,
  ...cryptoBuiltins,
  ...encodingBuiltins,
  ...globBuiltins,
  ...graphBuiltins,
  ...jsonMarshalBuiltins,
  ...jsonPatchBuiltins,
  ...jsonPathBuiltins,
  ...jsonUnmarshalBuiltins,
  ...jwtBuiltins,
  ...numberBuiltins,
  ...objectBuiltins,
  ...objectUnionBuiltins,
  ...regexBuiltins,
  ...semverBuiltins,
  ...sprintfBuiltins,
  ...stringBuiltins,
  ...templateBuiltins,
  ...templateStringBuiltins,
  ...timeBuiltins,
  ...trimBuiltins,
  ...unitBuiltins,
  ...uriBuiltins,
  ...urlQueryBuiltins,
  ...uuidBuiltins,
}

/** Sorted; what a policy may call beside the built-ins that are compiled in, which these go before. */
export const policyBuiltinNames: readonly string[] = Object.keys(policyBuiltins).sort()

/**
 * Instantiates a compiled policy with built-ins behind it. OPA's npm runtime evaluates it from there:
 * `new LoadedPolicy(instance, memory, minorVersion)`; its own `loadPolicy` would pass sets as arrays, cut nanoseconds
 * off timestamps, and put its own `sprintf` in front.
 *
 * @param module a compiled `WebAssembly.Module`
 * @param memory the memory to import; its initial size must be at least what the module asks for
 * @throws Error that names the built-ins which the policy calls and nobody provides
 */
export const instantiatePolicy = (
  module: object,
  memory: PolicyMemory,
  builtins: Builtins = policyBuiltins,
): PolicyInstance => instantiateWith(module, memory, builtins)
