/**
 * Names with a slash in them: OPA's compiler takes the path of a rule to ask for apart at each, and would find none.
 * @module
 */
import type { Location, Module, Term } from './rego-ast.js'

export interface SlashedName {
  readonly location: Location | undefined
  readonly message: string
}

/** In the name of a module's package. */
export const slashInPackage = ({ package: { path, location } }: Module): SlashedName | undefined =>
  slashIn(path, location)

/** Likewise, or else in the name of one of its tests. */
export function slashInTests(module: Module): SlashedName | undefined {
  const rules = module.rules ?? []
  return [
    slashInPackage(module),
    ...rules.map(({ head }) => slashIn(testNameOf(head.ref), head.location)),
  ].find((found) => found !== undefined)
}

function slashIn(names: readonly Term[], location: Location | undefined): SlashedName | undefined {
  const slashed = names.find(({ value }) => String(value).includes('/'))
  if (slashed === undefined) return undefined
  const message = `${JSON.stringify(slashed.value)} has a slash, where OPA's compiler would take the name apart: choose another one`
  return { location, message }
}

/** As much of a rule's name as says which test it is; nothing where it is none. */
function testNameOf(ref: readonly Term[]): readonly Term[] {
  const end = ref.findIndex(({ value }) => String(value).startsWith('test_'))
  return ref.slice(0, end + 1)
}
