import { compareStrings } from '../../value/index.ts'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { failure, type Operands, operand, readString } from '../operand.ts'

/** A version of Semantic Versioning 2.0.0; build metadata does not count in comparisons. */
interface SemanticVersion {
  readonly core: readonly bigint[]
  readonly prerelease: readonly string[]
}

const VERSION =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*))*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/
const MAX_TEXT = 1024

function parseVersion(text: string): SemanticVersion | undefined {
  const match = text.length > MAX_TEXT ? null : VERSION.exec(text)
  if (match === null) return undefined
  const core = [match[1]!, match[2]!, match[3]!].map(BigInt)
  return { core, prerelease: match[4] === undefined ? [] : match[4].split('.') }
}

function compareIdentifiers(a: string, b: string): number {
  const aIsNumber = /^\d+$/.test(a)
  if (aIsNumber !== /^\d+$/.test(b)) return aIsNumber ? -1 : 1
  return aIsNumber ? Number(BigInt(a) > BigInt(b)) - Number(BigInt(a) < BigInt(b)) : Math.sign(compareStrings(a, b))
}

function compareVersions(a: SemanticVersion, b: SemanticVersion): number {
  for (const [i, part] of a.core.entries()) if (part !== b.core[i]) return part < b.core[i]! ? -1 : 1
  if (a.prerelease.length === 0 || b.prerelease.length === 0) {
    return Number(a.prerelease.length === 0) - Number(b.prerelease.length === 0)
  }
  for (const [i, identifier] of a.prerelease.entries()) {
    const twin = b.prerelease[i]
    if (twin === undefined) return 1
    const order = compareIdentifiers(identifier, twin)
    if (order !== 0) return order
  }
  return a.prerelease.length < b.prerelease.length ? -1 : 0
}

function readVersion(operands: Operands, position: number): SemanticVersion {
  const text = readString(operands, position)
  const version = parseVersion(text)
  if (version === undefined) throw failure(`operand ${position}: string ${JSON.stringify(text)} is not a valid SemVer`)
  return version
}

/** Semantic versions. */
export const SEMVER_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin('semver.compare', 'string, string -> number', (operands) =>
    compareVersions(readVersion(operands, 1), readVersion(operands, 2)),
  ),
  defineBuiltin('semver.is_valid', 'any -> boolean', (operands) => {
    const text = operand(operands, 1)
    return typeof text === 'string' && parseVersion(text) !== undefined
  }),
]
