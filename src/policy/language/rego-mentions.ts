/**
 * Which parts of the input and of data a module may read.
 * @module
 */
import { eachTerm, type Location, type Module, refOf, type Term } from './rego-ast.js'

export interface Mentions {
  /** `input.workflow.steps`, or something that may include it. */
  readonly steps: boolean
  /** Data other than policies and libraries. */
  readonly data: boolean
  /** Libraries, each as its package path without `data`; shorter where the rest is computed. */
  readonly libraries: readonly (readonly string[])[]
  /** Rules of policies by name, their own included: the path without `data`, and where it stands. */
  readonly policies: readonly { readonly path: readonly string[]; readonly place: Location | undefined }[]
  /** Where `input.facts` is named. */
  readonly facts: readonly (Location | undefined)[]
}

export function mentionsOf({ imports = [], rules = [] }: Module): Mentions {
  let steps = false
  let data = false
  const libraries = new Map<string, string[]>()
  const policies: Mentions['policies'][number][] = []
  const facts: (Location | undefined)[] = []
  eachTerm([imports.map(({ path }) => path), rules], (term) => {
    const names = namesOf(refOf(term) ?? [])
    if (names[0] === 'input') {
      steps ||= mayReach(names, ['input', 'workflow', 'steps'])
      if (names[1] === 'facts') facts.push(term.location)
    } else if (names[0] === 'data') {
      data ||= names[1] !== 'stepgate'
      if (names[1] === 'stepgate' && names[2] === 'policy') {
        policies.push({ path: names.slice(1).map((name) => name ?? '*'), place: term.location })
      }
      if (mayReach(names, ['data', 'stepgate', 'lib'])) {
        const computed = names.indexOf(undefined)
        const path = names.slice(1, computed < 0 ? undefined : computed) as string[]
        libraries.set(path.join('.'), path)
      }
    }
  })
  return { steps, data, libraries: [...libraries.values()], policies, facts }
}

/** The names of a reference, undefined for those that are computed. */
const namesOf = (ref: readonly Term[]): (string | undefined)[] =>
  ref.map(({ type, value }, i) =>
    type === 'string' || (i === 0 && type === 'var') ? String(value) : undefined,
  )

/** Whether what the reference yields is at the target, above it or below it. */
const mayReach = (names: readonly (string | undefined)[], target: readonly string[]): boolean =>
  target.every((name, i) => i >= names.length || names[i] === undefined || names[i] === name)
