/** `graph.reachable_paths`: every way through a graph from given nodes, until it ends or would come back. */
import { type Builtin, membersOperand, objectOperand } from './operand.js'
import { isArray, type RegoObject, RegoSet, type Term } from './term.js'

// Edges are an array or a set of nodes; anything else is no edge.
const neighbours = (edges: Term): readonly Term[] =>
  isArray(edges) ? edges : edges instanceof RegoSet ? [...edges] : []

function paths(graph: RegoObject, starts: readonly Term[]): RegoSet {
  const found: Term[] = []
  const follow = (node: Term, path: readonly Term[], seen: RegoSet): void => {
    const edges = graph.get(node)
    // A node that the graph does not have is not part of the path.
    if (edges === undefined) {
      found.push(path)
      return
    }
    const here = [...path, node]
    const nodes = neighbours(edges)
    const seenHere = new RegoSet([...seen, node])
    if (nodes.length === 0) found.push(here)
    for (const next of nodes) {
      if (seenHere.has(next)) found.push(here)
      else follow(next, here, seenHere)
    }
  }
  for (const start of starts) {
    const edges = graph.get(start)
    if (edges === undefined) continue
    const nodes = neighbours(edges)
    if (nodes.length === 0) found.push([start])
    // OPA does not look here whether a node leads to itself.
    for (const next of nodes) follow(next, [start], new RegoSet([start]))
  }
  return new RegoSet(found)
}

export const graphBuiltins: Readonly<Record<string, Builtin>> = {
  'graph.reachable_paths': (graph, starts) => paths(objectOperand(graph), membersOperand(starts)),
}
