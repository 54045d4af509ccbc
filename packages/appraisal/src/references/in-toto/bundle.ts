/** The files of an in-toto bundle: one layout, the keys of its owner, the links of its steps. */
import type { PublicKey } from '@veritee/codec/signature'
import { AppraisalError } from '../../errors.ts'
import { MAX_DOCUMENTS, MAX_KEYS, MESSAGE_BYTES } from '../limits.ts'
import {
  at,
  checkCount,
  findMember,
  type Place,
  readBase64,
  readJson,
  readObject,
  readText,
  readUtf8,
  refuse,
} from '../members.ts'
import { type DsseEnvelope, parseEnvelope } from '../signature/dsse.ts'
import { readPemKey } from '../signature/keys.ts'

export interface Bundle {
  readonly layout: DsseEnvelope
  readonly ownerKeys: readonly PublicKey[]
  /** By file name without folders. */
  readonly links: ReadonlyMap<string, DsseEnvelope>
}

const PLACE: Place = { code: 'REFERENCE_PAYLOAD_INVALID', path: 'payload' }
const VERSION = '0.9'

/** @throws AppraisalError REFERENCE_PAYLOAD_INVALID, REFERENCE_VERSION_UNSUPPORTED, REFERENCE_LAYOUT_MISSING, REFERENCE_ENVELOPE_INVALID */
export function parseBundle(payload: string): Bundle {
  const object = readObject(readJson(payload, PLACE), PLACE)
  const version = findMember(object, 'version')
  if (version !== VERSION)
    throw refuse({ code: 'REFERENCE_VERSION_UNSUPPORTED', path: 'payload.version' }, undefined, {
      expected: VERSION,
      actual: version,
    })
  if (typeof findMember(object, 'line_normalization') !== 'boolean')
    throw refuse(at(PLACE, 'line_normalization'), undefined, { expected: 'true or false' })
  const files = readObject(findMember(object, 'files'), at(PLACE, 'files'))
  const names = Object.keys(files)
  checkCount(names.length, MAX_DOCUMENTS, 'payload.files')
  const place = at(PLACE, 'files')
  const ending = (suffix: string) => names.filter((name) => name.endsWith(suffix))
  const read = (name: string) =>
    readUtf8(readBase64(readText(files, name, place, MESSAGE_BYTES), at(place, name)), at(place, name))
  const readEnvelope = (name: string) => parseEnvelope(readJson(read(name), at(place, name)), `payload.files.${name}`)
  const layouts = ending('.layout')
  const keys = ending('.pub')
  checkCount(keys.length, MAX_KEYS, 'payload.files')
  const [layout] = layouts
  if (layout === undefined || layouts.length > 1 || keys.length === 0)
    throw new AppraisalError('REFERENCE_LAYOUT_MISSING', undefined, {
      details: { path: 'payload.files', expected: 'one .layout and its .pub keys', actual: names },
    })
  const known = layouts.length + keys.length + ending('.link').length
  if (known !== names.length) throw refuse(place, 'The bundle holds a file that is no layout, key or link.')
  return {
    layout: readEnvelope(layout),
    ownerKeys: keys.map((name) => readPemKey(read(name), at(place, name))),
    links: new Map(ending('.link').map((name) => [name.slice(name.lastIndexOf('/') + 1), readEnvelope(name)])),
  }
}
