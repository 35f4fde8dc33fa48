/**
 * What a name means in one of a package's modules. They share their rules, but each has imports of its own, and these go
 * before rules so named, also before those of the module itself.
 * @module
 */
import { type Module, type Rule, ruleName } from './rego-ast.js'

/** The names of a module, as far as they are not local to a rule. */
export interface ModuleNames {
  readonly rules: readonly Rule[]
  /** Given by imports of input or data. */
  readonly imported: readonly string[]
}

/** A rule, and the module that says what the names in it mean. */
export interface PlacedRule {
  readonly rule: Rule
  readonly module: ModuleNames
}

/** The names that a module's imports give: `risky` of `import data.conf.flags as risky`. */
export function importedNames({ imports = [] }: Module): string[] {
  return imports.flatMap(({ path, alias }) => {
    const names = path.type === 'ref' ? (path.value as { value: unknown }[]) : [path]
    const root = names[0]?.value
    // Those of `rego.v1` and `future.keywords` bring syntax alone.
    if (root !== 'input' && root !== 'data') return []
    return [alias ?? String(names.at(-1)!.value)]
  })
}

/**
 * The rules that a name stands for where a module uses it; none where it stands for something else.
 * @param modules all modules of the package
 */
export function rulesNamed(name: string, module: ModuleNames, modules: readonly ModuleNames[]): PlacedRule[] {
  if (module.imported.includes(name)) return []
  return modules.flatMap((each) =>
    each.rules.filter((rule) => ruleName(rule) === name).map((rule) => ({ rule, module: each })),
  )
}
