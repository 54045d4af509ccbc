import type { Io } from '../io.ts'
import { count } from '../render/count.ts'
import { createPaint, printable } from '../render/paint.ts'
import type { DifferenceView, SetView, ValueView, VersionView } from './api.ts'

export function renderSets(io: Io, sets: readonly SetView[]): void {
  const paint = createPaint(io.colour)
  for (const set of sets) {
    const until = set.nextExpiry === null ? '' : `, next expiry ${set.nextExpiry}`
    const revoked = set.revoked === 0 ? '' : `, ${set.revoked} revoked`
    const state = set.state === 'active' ? '' : ` ${paint.warn(set.state)}`
    io.out(`${printable(set.name)}${state}: version ${set.version}, ${count(set.values, 'name')}${revoked}${until}\n`)
  }
}

export function renderValues(io: Io, values: readonly ValueView[]): void {
  const paint = createPaint(io.colour)
  for (const value of values) {
    const state = value.state === 'active' ? '' : ` ${paint.warn(value.state)}`
    io.out(`${printable(value.name)}${state} ${paint.dim(`until ${value.validUntil}`)}\n`)
    for (const line of linesOf(value)) io.out(`  ${printable(line)}\n`)
  }
}

function linesOf({ kind, digests, value }: ValueView): string[] {
  if (kind === 'value') return [JSON.stringify(value)]
  if (digests.length === 0) return ['nothing is acceptable']
  return digests.map((digest) => (digest.label === null ? digest.value : `${digest.value} (${digest.label})`))
}

export function renderVersions(io: Io, versions: readonly VersionView[]): void {
  for (const { version, at, by, operation, reason } of versions)
    io.out(`${version} ${at} ${printable(by)} ${operation}: ${printable(reason)}\n`)
}

/** Lines with `+` for what comes, `-` for what goes, `~` for a new expiry. */
export function renderDifference(io: Io, { added, removed, changed }: DifferenceView): void {
  const paint = createPaint(io.colour)
  const line = (sign: '+' | '-', name: string, value: unknown) => {
    const text = `${sign} ${printable(name)} ${printable(typeof value === 'string' ? value : JSON.stringify(value))}`
    io.out(`${sign === '+' ? paint.good(text) : paint.bad(text)}\n`)
  }
  for (const value of removed) for (const text of linesOf(value)) line('-', value.name, text)
  for (const value of added) for (const text of linesOf(value)) line('+', value.name, text)
  for (const { name, removed: gone, added: come, validUntil } of changed) {
    for (const value of gone) line('-', name, value)
    for (const value of come) line('+', name, value)
    if (validUntil !== undefined)
      io.out(`${paint.warn(`~ ${printable(name)} until ${validUntil.after}, was ${validUntil.before}`)}\n`)
  }
  if (added.length + removed.length + changed.length === 0) io.out('no difference\n')
}
