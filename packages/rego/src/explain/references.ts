import type { PlannedTerm, Step } from '../compile/plan/plan.ts'
import { walkSteps, walkTerm } from '../compile/plan/walk.ts'
import type { RuleNode } from '../compile/rule-tree.ts'

/** The rules and functions that steps and terms name. */
export function referencedNodes(root: RuleNode, steps: readonly Step[], terms: readonly PlannedTerm[]): Set<RuleNode> {
  const found = new Set<RuleNode>()
  const visit = (path: readonly PlannedTerm[]): void => {
    const node = nodeOf(root, path)
    if (node) found.add(node)
  }
  const visitTerm = (term: PlannedTerm): void => {
    if (term.kind === 'path' && term.root === 'data') visit(term.path)
    else if (term.kind === 'call' && 'node' in term.callee) found.add(term.callee.node)
  }
  walkSteps(
    steps,
    (step) => {
      if (step.kind !== 'scan' || step.root !== 'data') return
      visit(step.path.map((part) => (part.kind === 'equal' ? part.term : UNKNOWN)))
    },
    visitTerm,
  )
  for (const term of terms) walkTerm(term, visitTerm)
  return found
}

const UNKNOWN: PlannedTerm = { kind: 'constant', value: null }

function nodeOf(root: RuleNode, path: readonly PlannedTerm[]): RuleNode | undefined {
  let node: RuleNode | undefined = root
  for (const part of path) {
    node = part.kind === 'constant' && typeof part.value === 'string' ? node.children.get(part.value) : undefined
    if (!node) return undefined
    if (node.kind !== undefined || node.partials.length > 0) return node
  }
  return undefined
}
