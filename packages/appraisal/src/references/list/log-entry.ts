/** Whether a transparency log entry speaks of the envelope beside it. */
import { encodeBase64, encodeHex } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { AppraisalError } from '../../errors.ts'
import { MAX_DOCUMENTS } from '../limits.ts'
import {
  at,
  findMember,
  type JsonObject,
  type Place,
  readArray,
  readBase64,
  readJson,
  readObject,
  readText,
  refuse,
} from '../members.ts'
import { type DsseEnvelope, encodePreAuthentication } from '../signature/dsse.ts'

const PLACE: Place = { code: 'REFERENCE_LOG_ENTRY_INVALID', path: 'rekor' }

/**
 * Checks every log entry that stands beside an envelope: of kind `dsse` it must name the payload's SHA-256, of kind
 * `hashedrekord` that of what was signed. No entry, no check. That the entry is in the log, and who runs the log, is not checked.
 *
 * @param holder the object that has the envelope
 * @throws AppraisalError REFERENCE_LOG_ENTRY_INVALID, REFERENCE_LOG_ENTRY_MISMATCH
 */
export function checkLogEntries(holder: JsonObject, envelope: DsseEnvelope): void {
  for (const entry of listEntries(holder)) checkEntry(entry, envelope)
}

function listEntries(holder: JsonObject): unknown[] {
  const v1 = findMember(holder, 'rekorEntryV1')
  const v2 = findMember(holder, 'rekorEntryV2')
  const material = findMember(holder, 'verificationMaterial')
  const logged =
    material === undefined
      ? undefined
      : findMember(readObject(material, at(PLACE, 'verificationMaterial')), 'tlogEntries')
  return [
    ...(v1 === undefined ? [] : unwrap(readObject(v1, at(PLACE, 'rekorEntryV1')))),
    ...(v2 === undefined ? [] : [v2]),
    ...(logged === undefined ? [] : readArray(logged, at(PLACE, 'tlogEntries'), MAX_DOCUMENTS)),
  ]
}

/** A log's answer is an object of entries by their id. */
function unwrap(entry: JsonObject): unknown[] {
  return findMember(entry, 'body') !== undefined || findMember(entry, 'kind') !== undefined
    ? [entry]
    : Object.values(entry)
}

function checkEntry(value: unknown, envelope: DsseEnvelope): void {
  const entry = readObject(value, PLACE)
  const member = ['canonicalizedBody', 'canonicalized_body', 'body'].find(
    (name) => findMember(entry, name) !== undefined,
  )
  const place = at(PLACE, member ?? 'body')
  const body =
    member === undefined
      ? entry
      : readObject(readJson(readBase64(readText(entry, member, PLACE, 1 << 20), place), place), place)
  const kind = String(findMember(body, 'kind')).toLowerCase()
  const spec = readObject(findMember(body, 'spec'), at(place, 'spec'))
  if (kind === 'dsse') {
    compare(findDsseDigest(spec, place), digest('sha256', envelope.payload))
    return
  }
  const signed = digest('sha256', encodePreAuthentication(envelope.payloadType, envelope.payload))
  if (kind !== 'hashedrekord')
    throw refuse(at(place, 'kind'), undefined, { expected: ['dsse', 'hashedrekord'], actual: kind })
  compare(findHashDigest(spec, place), signed)
}

type Named = { readonly text: string; readonly form: 'hex' | 'base64' }

function findDsseDigest(spec: JsonObject, place: Place): Named {
  const v2 = findMember(spec, 'dsseV002')
  if (v2 === undefined)
    return {
      text: readText(readObject(findMember(spec, 'payloadHash'), at(place, 'spec.payloadHash')), 'value', place),
      form: 'hex',
    }
  const there = at(place, 'spec.dsseV002')
  const inner = readObject(v2, there)
  const data = findMember(inner, 'data') ?? findMember(inner, 'payloadHash')
  return { text: readText(readObject(data, at(there, 'payloadHash')), 'digest', there), form: 'base64' }
}

function findHashDigest(spec: JsonObject, place: Place): Named {
  const v2 = findMember(spec, 'hashedRekordV002')
  const there = at(place, v2 === undefined ? 'spec' : 'spec.hashedRekordV002')
  const data = readObject(findMember(v2 === undefined ? spec : readObject(v2, there), 'data'), at(there, 'data'))
  if (v2 !== undefined) return { text: readText(data, 'digest', there), form: 'base64' }
  return { text: readText(readObject(findMember(data, 'hash'), at(there, 'data.hash')), 'value', there), form: 'hex' }
}

function compare({ text, form }: Named, actual: Uint8Array): void {
  const written = form === 'hex' ? encodeHex(actual) : encodeBase64(actual)
  if (text === written) return
  throw new AppraisalError('REFERENCE_LOG_ENTRY_MISMATCH', undefined, {
    details: { path: 'rekor.payloadHash', expected: written, actual: text },
  })
}
