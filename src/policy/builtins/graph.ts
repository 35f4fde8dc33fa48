/** `graph.reachable_paths`: every way through a graph from given nodes, until it ends or would come back. */
import { type Builtin, BuiltinHalt, membersOperand, objectOperand } from './operand.js'
import { isArray, type RegoObject, RegoSet, type Term } from './term.js'

// Edges are an array or a set of nodes; anything else is no edge.
const neighbours = (edges: Term): readonly Term[] =>
  isArray(edges) ? edges : edges instanceof RegoSet ? [...edges] : []

// They grow exponentially with the nodes; OPA would go on until it is out of memory.
const MOST_PATHS = 100_000

function paths(graph: RegoObject, starts: readonly Term[]): RegoSet {
  const found: Term[] = []
  const add = (path: readonly Term[]) => {
    if (found.length >= MOST_PATHS)
      throw new BuiltinHalt(`graph.reachable_paths: more than ${MOST_PATHS} paths`)
    found.push(path)
  }
  const follow = (node: Term, path: readonly Term[], seen: RegoSet): void => {
    const edges = graph.get(node)
    // A node that the graph does not have is not part of the path.
    if (edges === undefined) {
      add(path)
      return
    }
    const here = [...path, node]
    const nodes = neighbours(edges)
    const seenHere = new RegoSet([...seen, node])
    if (nodes.length === 0) add(here)
    for (const next of nodes) {
      if (seenHere.has(next)) add(here)
      else follow(next, here, seenHere)
    }
  }
  for (const start of starts) {
    const edges = graph.get(start)
    if (edges === undefined) continue
    const nodes = neighbours(edges)
    if (nodes.length === 0) add([start])
    // OPA does not look here whether a node leads to itself.
    for (const next of nodes) follow(next, [start], new RegoSet([start]))
  }
  return new RegoSet(found)
}

export const graphBuiltins: Readonly<Record<string, Builtin>> = {
  'graph.reachable_paths': (graph, starts) => paths(objectOperand(graph), membersOperand(starts)),
}
