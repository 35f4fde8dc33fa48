/**
 * Which parts of the input and of data a module may read.
 * @module
 */
import { eachTerm, type Location, type Module, refOf, type Term } from './rego-ast.js'

/** The names of a reference, null for those that are computed. */
export type Names = readonly (string | null)[]

export interface Mentions {
  /** `input.workflow.steps`, or something that may include it. */
  readonly steps: boolean
  /** Data other than policies and libraries. */
  readonly data: boolean
  /** Libraries, each as its package path without `data`; shorter where the rest is computed. */
  readonly libraries: readonly (readonly string[])[]
  /** What may reach rules of policies, its own included: from `data` on, and where it stands. */
  readonly policies: readonly { readonly names: Names; readonly place: Location | undefined }[]
  /** Where `input.facts` is named. */
  readonly facts: readonly (Location | undefined)[]
}

export function mentionsOf({ imports = [], rules = [] }: Module): Mentions {
  let steps = false
  let data = false
  const libraries = new Map<string, string[]>()
  const policies: Mentions['policies'][number][] = []
  const facts: (Location | undefined)[] = []
  const note = (names: Names, place: Location | undefined): void => {
    if (names[0] === 'input') {
      steps ||= mayReach(names, ['input', 'workflow', 'steps'])
      if (names[1] === 'facts') facts.push(place)
    } else if (names[0] === 'data') {
      data ||= names[1] !== 'stepgate'
      if (mayReach(names, policyRoom)) policies.push({ names, place })
      if (mayReach(names, ['data', 'stepgate', 'lib'])) {
        const computed = names.indexOf(null)
        const path = names.slice(1, computed < 0 ? undefined : computed) as string[]
        libraries.set(path.join('.'), path)
      }
    }
  }
  // An import of `data` or `data.stepgate` reaches no policy by itself: what is read by its name tells.
  const wide = new Map<string, Names>()
  for (const { path, alias } of imports) {
    const names = namesOf(refOf(path) ?? [])
    if (names.length < policyRoom.length) wide.set(alias ?? String(names.at(-1)), names)
    else note(names, path.location)
  }
  eachTerm(rules, (term) => {
    const [first, ...rest] = namesOf(refOf(term) ?? [])
    if (first !== undefined) note([...(wide.get(String(first)) ?? [first]), ...rest], term.location)
  })
  return { steps, data, libraries: [...libraries.values()], policies, facts }
}

const policyRoom = ['data', 'stepgate', 'policy']

const namesOf = (ref: readonly Term[]): Names =>
  ref.map(({ type, value }, i) => (type === 'string' || (i === 0 && type === 'var') ? String(value) : null))

/** Whether what the reference yields is at the target, above it or below it. */
export const mayReach = (names: Names, target: readonly string[]): boolean =>
  target.every((name, i) => i >= names.length || names[i] === null || names[i] === name)
