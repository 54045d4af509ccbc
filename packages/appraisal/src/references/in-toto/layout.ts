/** What a project's owner says of how it is built (in-toto specification 1.0 §4.3). */
import type { PublicKey } from '@veritee/codec/signature'
import { AppraisalError } from '../../errors.ts'
import { MAX_DOCUMENTS, MAX_KEYS } from '../limits.ts'
import { at, findMember, type JsonObject, type Place, readArray, readObject, readText, refuse } from '../members.ts'
import { parseTime } from '../record/time.ts'
import { readHexKey, readPemKey } from '../signature/keys.ts'
import { type ArtifactRule, parseRule } from './rules.ts'

export interface Step {
  readonly name: string
  /** Whose links of this step count, by key id. */
  readonly keys: ReadonlyMap<string, PublicKey>
  /** How many of them must have signed. */
  readonly threshold: number
  readonly materialRules: readonly ArtifactRule[]
  readonly productRules: readonly ArtifactRule[]
}

export interface Layout {
  /** Epoch seconds. */
  readonly expiresAt: number
  readonly steps: readonly [Step, ...Step[]]
}

const PLACE: Place = { code: 'REFERENCE_LAYOUT_INVALID', path: 'layout' }
const MAX_RULES = 256

/** @throws AppraisalError REFERENCE_LAYOUT_INVALID, REFERENCE_LAYOUT_UNSUPPORTED */
export function parseLayout(value: unknown): Layout {
  const object = readObject(value, PLACE)
  if (findMember(object, '_type') !== 'layout') throw refuse(at(PLACE, '_type'), undefined, { expected: 'layout' })
  const inspections = readArray(findMember(object, 'inspect') ?? [], at(PLACE, 'inspect'), MAX_DOCUMENTS)
  if (inspections.length > 0)
    throw new AppraisalError('REFERENCE_LAYOUT_UNSUPPORTED', 'The layout has inspections, which run commands.', {
      details: { path: 'layout.inspect', expected: 'none', actual: inspections.length },
    })
  const keys = parseKeys(readObject(findMember(object, 'keys') ?? {}, at(PLACE, 'keys')))
  const entries = readArray(findMember(object, 'steps'), at(PLACE, 'steps'), MAX_DOCUMENTS)
  const steps = entries.map((entry, index) => parseStep(entry, at(PLACE, `steps.${index}`), keys))
  const [first, ...rest] = steps
  if (first === undefined) throw refuse(at(PLACE, 'steps'), 'The layout has no step.')
  if (new Set(steps.map((step) => step.name)).size < steps.length)
    throw refuse(at(PLACE, 'steps'), 'Two steps have the same name.')
  return { expiresAt: parseTime(findMember(object, 'expires'), at(PLACE, 'expires')), steps: [first, ...rest] }
}

function parseKeys(object: JsonObject): Map<string, PublicKey> {
  const ids = Object.keys(object)
  const place = at(PLACE, 'keys')
  if (ids.length > MAX_KEYS) throw refuse(place, undefined, { expected: `at most ${MAX_KEYS} keys` })
  return new Map(
    ids.map((id) => {
      const there = at(place, id)
      const entry = readObject(object[id], there)
      if (findMember(entry, 'keyid') !== id) throw refuse(at(there, 'keyid'), undefined, { expected: id })
      const material = readText(readObject(findMember(entry, 'keyval'), at(there, 'keyval')), 'public', there, 16_384)
      const hex = findMember(entry, 'keytype') === 'ed25519' && !material.startsWith('-----')
      return [
        id,
        hex ? readHexKey(material, at(there, 'keyval.public')) : readPemKey(material, at(there, 'keyval.public')),
      ]
    }),
  )
}

function parseStep(value: unknown, place: Place, keys: ReadonlyMap<string, PublicKey>): Step {
  const object = readObject(value, place)
  const threshold = findMember(object, 'threshold')
  const ids = readArray(findMember(object, 'pubkeys'), at(place, 'pubkeys'), MAX_KEYS)
  if (typeof threshold !== 'number' || !Number.isInteger(threshold) || threshold < 1 || threshold > ids.length)
    throw refuse(at(place, 'threshold'), undefined, { expected: `1 to ${ids.length}`, actual: threshold })
  const chosen = new Map<string, PublicKey>()
  for (const id of ids) {
    const key = typeof id === 'string' ? keys.get(id) : undefined
    if (key === undefined || chosen.has(id as string))
      throw refuse(at(place, 'pubkeys'), 'A step names a key twice or one that the layout does not have.', {
        actual: id,
      })
    chosen.set(id as string, key)
  }
  const rules = (name: string) =>
    readArray(findMember(object, name) ?? [], at(place, name), MAX_RULES).map((rule, index) =>
      parseRule(rule, at(place, `${name}.${index}`)),
    )
  return {
    name: readText(object, 'name', place, 256),
    keys: chosen,
    threshold,
    materialRules: rules('expected_materials'),
    productRules: rules('expected_products'),
  }
}
