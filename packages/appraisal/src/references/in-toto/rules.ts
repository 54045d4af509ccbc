/** Rules on the artifacts of a step (in-toto specification 1.0 §4.3.3). */
import { AppraisalError } from '../../errors.ts'
import { type Place, refuse } from '../members.ts'
import type { Artifacts, Link } from './link.ts'
import { matchesPattern } from './pattern.ts'

type Kind = 'materials' | 'products'

export type ArtifactRule =
  | { readonly kind: 'CREATE' | 'DELETE' | 'MODIFY' | 'ALLOW' | 'DISALLOW' | 'REQUIRE'; readonly pattern: string }
  | {
      readonly kind: 'MATCH'
      readonly pattern: string
      readonly sourcePrefix: string
      readonly with: Kind
      readonly targetPrefix: string
      readonly step: string
    }

const SIMPLE = ['CREATE', 'DELETE', 'MODIFY', 'ALLOW', 'DISALLOW', 'REQUIRE'] as const

/** Reads `["ALLOW", "*"]` or `["MATCH", "*", ["IN", "dir",] "WITH", "PRODUCTS", ["IN", "dir",] "FROM", "step"]`. */
export function parseRule(value: unknown, place: Place): ArtifactRule {
  if (
    !Array.isArray(value) ||
    value.length > 16 ||
    !value.every((word) => typeof word === 'string' && word.length <= 1024)
  )
    throw refuse(place, `${place.path} is not a rule.`)
  const words = value as string[]
  const [word = '', pattern = ''] = words
  const kind = word.toUpperCase()
  const simple = SIMPLE.find((name) => name === kind)
  if (simple !== undefined && words.length === 2) return { kind: simple, pattern }
  if (kind === 'MATCH') {
    let at = 2
    const take = (keyword: string) => words[at]?.toUpperCase() === keyword && (words[at + 1] ?? '') !== ''
    const takePrefix = () => {
      if (!take('IN')) return ''
      at += 2
      return `${(words[at - 1] as string).replace(/\/+$/, '')}/`
    }
    const sourcePrefix = takePrefix()
    const target = take('WITH') ? words[at + 1]?.toUpperCase() : undefined
    at += 2
    const targetPrefix = takePrefix()
    if ((target === 'MATERIALS' || target === 'PRODUCTS') && take('FROM') && at + 2 === words.length)
      return {
        kind: 'MATCH',
        pattern,
        sourcePrefix,
        with: target === 'MATERIALS' ? 'materials' : 'products',
        targetPrefix,
        step: words[at + 1] as string,
      }
  }
  throw refuse(place, `${place.path} is not a rule of the specification.`, { actual: words })
}

/**
 * Applies rules in their order to the artifacts of one kind: each consumes what it matches; DISALLOW and REQUIRE look at what
 * is left. What no rule speaks of is allowed, as the specification says: layouts end in `DISALLOW *`.
 *
 * @throws AppraisalError REFERENCE_ARTIFACT_RULE_VIOLATED
 */
export function checkArtifacts(
  rules: readonly ArtifactRule[],
  kind: Kind,
  link: Link,
  links: ReadonlyMap<string, Link>,
): void {
  const left = new Set(link[kind].keys())
  for (const rule of rules) {
    if (rule.kind === 'REQUIRE') {
      if (!left.has(rule.pattern)) throw violated(rule, link, kind, rule.pattern)
      continue
    }
    const matched = [...left].filter((path) => isMatched(rule, path, kind, link, links))
    const [forbidden] = matched
    if (rule.kind === 'DISALLOW' && forbidden !== undefined) throw violated(rule, link, kind, forbidden)
    for (const path of matched) left.delete(path)
  }
}

function isMatched(
  rule: Exclude<ArtifactRule, { kind: 'REQUIRE' }>,
  path: string,
  kind: Kind,
  link: Link,
  links: ReadonlyMap<string, Link>,
): boolean {
  if (rule.kind === 'MATCH') {
    if (!path.startsWith(rule.sourcePrefix)) return false
    const rest = path.slice(rule.sourcePrefix.length)
    const other = links.get(rule.step)?.[rule.with].get(rule.targetPrefix + rest)
    return (
      matchesPattern(rule.pattern, rest) && other !== undefined && isSameDigests(other, digestsOf(link[kind], path))
    )
  }
  if (!matchesPattern(rule.pattern, path)) return false
  const before = link.materials.get(path)
  const after = link.products.get(path)
  if (rule.kind === 'CREATE') return before === undefined && after !== undefined
  if (rule.kind === 'DELETE') return before !== undefined && after === undefined
  if (rule.kind === 'MODIFY') return before !== undefined && after !== undefined && !isSameDigests(before, after)
  return true
}

const digestsOf = (artifacts: Artifacts, path: string) => artifacts.get(path) as ReadonlyMap<string, string>

function isSameDigests(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([algorithm, value]) => b.get(algorithm) === value)
}

function violated(rule: ArtifactRule, link: Link, kind: Kind, path: string): AppraisalError {
  return new AppraisalError('REFERENCE_ARTIFACT_RULE_VIOLATED', undefined, {
    details: { path: `${link.step}.${kind}`, expected: `${rule.kind} ${rule.pattern}`, actual: path },
  })
}
