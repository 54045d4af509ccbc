import type { BuiltinContext } from '../../evaluate/builtin.ts'
import { isArray, isSet, keyOf, type MapKey, type RegoObject, RegoSet, type Value } from '../../value/index.ts'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { type Operands, readItems, readObject } from '../operand.ts'

const GRAPH = 'object<any: any>'
const NODES = 'array<any> | set<any>'

/** The neighbours of a node; none where the graph gives neither an array nor a set. */
function neighboursOf(graph: RegoObject, node: Value): readonly Value[] {
  const edges = graph.get(node)
  if (edges === undefined || edges === null) return []
  if (isArray(edges)) return edges
  return isSet(edges) ? edges.values() : []
}

function findReachable(operands: Operands, context: BuiltinContext): Value {
  const graph = readObject(operands, 1)
  const queue = [...readItems(operands, 2).items]
  const found = new Map<MapKey, Value>()
  while (queue.length > 0) {
    const node = queue.pop()!
    context.step()
    if (found.has(keyOf(node)) || !graph.has(node)) continue
    found.set(keyOf(node), node)
    const neighbours = neighboursOf(graph, node)
    context.memory(16 * (1 + neighbours.length))
    context.step(neighbours.length)
    for (const next of neighbours) if (!found.has(keyOf(next))) queue.push(next)
  }
  return RegoSet.of(found.values())
}

/** One node of the walk under way: its neighbours, and how many of them were visited. */
interface Stop {
  readonly node: Value
  readonly neighbours: readonly Value[]
  visited: number
}

/** Collects the paths that start with one edge; nodes that were entered on any of them are not entered again. */
class PathWalk {
  private readonly graph: RegoObject
  private readonly context: BuiltinContext
  private readonly paths: Value[]
  private readonly entered = new Set<MapKey>()
  private readonly stops: Stop[] = []

  constructor(graph: RegoObject, context: BuiltinContext, paths: Value[]) {
    this.graph = graph
    this.context = context
    this.paths = paths
  }

  follow(root: Value, first: Value): void {
    this.entered.add(keyOf(root))
    this.stops.push({ node: root, neighbours: [], visited: 0 })
    this.enter(first)
    while (this.stops.length > 1) {
      this.context.step()
      const stop = this.stops[this.stops.length - 1]!
      const next = stop.neighbours[stop.visited++]
      if (next === undefined) this.stops.pop()
      else if (this.entered.has(keyOf(next))) this.record()
      else {
        this.entered.add(keyOf(stop.node))
        this.enter(next)
      }
    }
  }

  /** Goes on to a node, or ends the path before a node that the graph does not have, or at one without neighbours. */
  private enter(node: Value): void {
    if (!this.graph.has(node)) {
      this.record()
      return
    }
    this.stops.push({ node, neighbours: neighboursOf(this.graph, node), visited: 0 })
    this.context.memory(64)
    if (this.stops[this.stops.length - 1]!.neighbours.length === 0) this.record()
  }

  private record(): void {
    this.context.step(this.stops.length)
    this.context.memory(32 + 16 * this.stops.length)
    this.paths.push(this.stops.map((stop) => stop.node))
  }
}

function findPaths(operands: Operands, context: BuiltinContext): Value {
  const graph = readObject(operands, 1)
  const paths: Value[] = []
  for (const root of readItems(operands, 2).items) {
    if (!graph.has(root)) continue
    const neighbours = neighboursOf(graph, root)
    if (neighbours.length === 0) paths.push([root])
    for (const first of neighbours) new PathWalk(graph, context, paths).follow(root, first)
  }
  return RegoSet.of(paths)
}

/** Functions of graphs given as objects from a node to its neighbours. */
export const GRAPH_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin('graph.reachable', `${GRAPH}, ${NODES} -> set<any>`, findReachable),
  defineBuiltin('graph.reachable_paths', `${GRAPH}, ${NODES} -> set<array<any>>`, findPaths),
]
