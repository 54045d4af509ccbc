/** Signed envelopes (DSSE 1.0): the signature covers the type and the exact bytes of the payload. */
import { concatBytes, encodeUtf8 } from '@veritee/codec/bytes'
import type { PublicKey } from '@veritee/codec/signature'
import { AppraisalError } from '../../errors.ts'
import { MAX_SIGNATURES, MESSAGE_BYTES } from '../limits.ts'
import { at, findMember, type JsonObject, readAnyBase64, readArray, readObject, readText } from '../members.ts'
import { isSignedBy } from './keys.ts'

export interface DsseEnvelope {
  readonly payloadType: string
  /** Not to be read before a signature was verified. */
  readonly payload: Uint8Array
  readonly signatures: readonly Uint8Array[]
  /** Where it stood, for refusals. */
  readonly path: string
}

export function isEnvelope(value: unknown): value is JsonObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['payload', 'payloadType', 'signatures'].every((name) => Object.hasOwn(value, name))
  )
}

/** @throws AppraisalError REFERENCE_ENVELOPE_INVALID */
export function parseEnvelope(value: unknown, path: string): DsseEnvelope {
  const place = { code: 'REFERENCE_ENVELOPE_INVALID', path } as const
  const object = readObject(value, place)
  const signatures = readArray(findMember(object, 'signatures'), at(place, 'signatures'), MAX_SIGNATURES)
  return {
    path,
    payloadType: readText(object, 'payloadType', place),
    payload: readAnyBase64(readText(object, 'payload', place, MESSAGE_BYTES), at(place, 'payload')),
    signatures: signatures.map((entry, index) => {
      const there = at(place, `signatures.${index}`)
      return readAnyBase64(readText(readObject(entry, there), 'sig', there, 16_384), at(there, 'sig'))
    }),
  }
}

/** What the signatures of an envelope are over (DSSE protocol, PAE). */
export function encodePreAuthentication(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = encodeUtf8(payloadType)
  return concatBytes(encodeUtf8(`DSSEv1 ${type.length} `), type, encodeUtf8(` ${payload.length} `), payload)
}

/** Those of `keys` that signed the envelope. Key ids inside the envelope are hints and not looked at. */
export async function findSigners(envelope: DsseEnvelope, keys: readonly PublicKey[]): Promise<PublicKey[]> {
  const data = encodePreAuthentication(envelope.payloadType, envelope.payload)
  const signers: PublicKey[] = []
  for (const key of keys) {
    for (const signature of envelope.signatures) {
      if (!(await isSignedBy(key, data, signature))) continue
      signers.push(key)
      break
    }
  }
  return signers
}

/**
 * Passes when one of the trusted keys signed the envelope, and returns its payload.
 *
 * @throws AppraisalError REFERENCE_SIGNATURE_UNTRUSTED
 */
export async function openEnvelope(envelope: DsseEnvelope, keys: readonly PublicKey[]): Promise<Uint8Array> {
  const [signer] = await findSigners(envelope, keys)
  if (signer !== undefined) return envelope.payload
  throw new AppraisalError('REFERENCE_SIGNATURE_UNTRUSTED', undefined, {
    details: { path: `${envelope.path}.signatures`, expected: `a signature by one of ${keys.length} trusted keys` },
  })
}
