/**
 * A policy reads no other one: compiled into another shard, that one would be undefined, and the first would say nothing.
 * @module
 */
import type { PolicyProblem } from '../policy.js'
import type { RegoModule } from './file-reading.js'
import { mayReach, type Names } from './rego-mentions.js'
import { regoProblem } from './rego-problem.js'

/** References of a module that may reach policies other than that of its package. */
export function readsOfOthers(module: RegoModule): PolicyProblem[] {
  return module.mentions.policies
    .filter(({ names }) => !isOwn(names, module))
    .map(({ names, place }) => {
      const named = names[1] === 'stepgate' && names[2] === 'policy'
      return regoProblem(module.path, place, named ? another(names) : anyOther(names))
    })
}

/**
 * References by the name of a module's own package that may reach policies whose packages lie below it.
 * @param modules all modules of policies
 */
export function readsOfNested(modules: readonly RegoModule[]): PolicyProblem[] {
  return modules.flatMap((module) => {
    const own = module.mentions.policies.filter(({ names }) => isOwn(names, module))
    if (own.length === 0) return []
    const nested = modules
      .map(({ packagePath }) => ['data', ...packagePath])
      .filter((path) => path.length - 1 > module.packagePath.length && isOwn(path, module))
    return own
      .filter(({ names }) => nested.some((path) => mayReach(names, path)))
      .map(({ names, place }) => regoProblem(module.path, place, another(names)))
  })
}

const isOwn = (names: Names, { packagePath }: RegoModule): boolean =>
  packagePath.every((name, i) => names[i + 1] === name)

const another = (names: Names): string =>
  `a policy cannot read another one (${written(names)}): put what they share into a library, package stepgate.lib.<name>`

const anyOther = (names: Names): string =>
  `${written(names)} may reach another policy, which no policy can read: write the first names out, as in data.limits or data.stepgate.lib.<name>`

const written = ([root, ...rest]: Names): string =>
  `${root}${rest.map((name) => (name === null ? '[_]' : `.${name}`)).join('')}`
