/**
 * Attestation documents of enclave virtual machines in the style of the Nitro security module: a COSE_Sign1 message whose
 * payload is a map (specification page enclave-boot, section 8.1).
 */
import { type CborMap, type CborValue, decodeCbor } from '@veritee/codec/cbor'
import { type CoseSign1, parseCoseSign1 } from '@veritee/codec/cose'
import { isCodedError } from '@veritee/codec/error'
import { EvidenceError } from '../errors.ts'
import { EnclaveError, refuse } from './codes.ts'

const MOST_DOCUMENT_BYTES = 32_768
const MOST_PAYLOAD_BYTES = 16_384
const MOST_MEMBER_BYTES = 1024
const MOST_TEXT_BYTES = 512
const MOST_CERTIFICATES = 8
const MOST_PCRS = 32
const PCR_BYTES = [32, 48, 64]

/** A document as read. Nothing of it is verified. */
export interface EnclaveDocument {
  readonly message: CoseSign1
  readonly moduleId: string
  /** Milliseconds since the epoch, as stated. */
  readonly timestampMs: number
  readonly digest: 'SHA384'
  /** By index, 0 to 31. */
  readonly pcrs: ReadonlyMap<number, Uint8Array>
  /** The certificate that signs, DER. */
  readonly certificate: Uint8Array
  /** Those above it, DER, root first. */
  readonly authorities: readonly Uint8Array[]
  readonly publicKey?: Uint8Array
  readonly userData?: Uint8Array
  readonly nonce?: Uint8Array
}

/** @throws EvidenceError ENCLAVE_DOCUMENT_MALFORMED, ENCLAVE_DOCUMENT_ALGORITHM */
export function parseEnclaveDocument(bytes: Uint8Array): EnclaveDocument {
  if (bytes.length > MOST_DOCUMENT_BYTES)
    throw refuse('ENCLAVE_DOCUMENT_MALFORMED', 'document', `at most ${MOST_DOCUMENT_BYTES} bytes`, bytes.length)
  const message = attempt(() => parseCoseSign1(bytes))
  if (message.algorithm !== 'ES384')
    throw refuse('ENCLAVE_DOCUMENT_ALGORITHM', 'document.alg', 'ES384', message.algorithm)
  const payload = attempt(() => decodeCbor(message.payload, { maxBytes: MOST_PAYLOAD_BYTES, maxDepth: 4 }))
  if (!(payload instanceof Map)) throw malformed('payload', 'a map')
  const members = payload as CborMap
  const { digest, moduleId, timestampMs } = readHead(members)
  return {
    message,
    moduleId,
    timestampMs,
    digest,
    pcrs: readPcrs(members.get('pcrs')),
    certificate: bytesAt(members, 'certificate', 1, MOST_MEMBER_BYTES),
    authorities: readAuthorities(members.get('cabundle')),
    ...optionalAt(members, 'public_key', 'publicKey', 1, MOST_MEMBER_BYTES),
    ...optionalAt(members, 'user_data', 'userData', 0, MOST_TEXT_BYTES),
    ...optionalAt(members, 'nonce', 'nonce', 0, MOST_TEXT_BYTES),
  }
}

function readHead(members: CborMap): Pick<EnclaveDocument, 'digest' | 'moduleId' | 'timestampMs'> {
  const [moduleId, timestampMs, digest] = ['module_id', 'timestamp', 'digest'].map((name) => members.get(name))
  if (typeof moduleId !== 'string' || moduleId === '') throw malformed('module_id', 'text')
  if (typeof timestampMs !== 'number' || !Number.isSafeInteger(timestampMs) || timestampMs <= 0)
    throw malformed('timestamp', 'milliseconds since the epoch')
  if (digest !== 'SHA384') throw malformed('digest', 'SHA384')
  return { moduleId, timestampMs, digest }
}

function readPcrs(value: CborValue | undefined): ReadonlyMap<number, Uint8Array> {
  if (!(value instanceof Map) || value.size === 0 || value.size > MOST_PCRS)
    throw malformed('pcrs', `1 to ${MOST_PCRS} registers`)
  for (const [index, register] of value) {
    if (typeof index !== 'number' || !Number.isInteger(index) || index < 0 || index >= MOST_PCRS)
      throw malformed('pcrs', 'indices from 0 to 31')
    if (!(register instanceof Uint8Array) || !PCR_BYTES.includes(register.length))
      throw malformed(`pcrs.${index}`, '32, 48 or 64 bytes')
  }
  return value as ReadonlyMap<number, Uint8Array>
}

function readAuthorities(value: CborValue | undefined): readonly Uint8Array[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_CERTIFICATES)
    throw malformed('cabundle', `1 to ${MOST_CERTIFICATES} certificates`)
  return (value as readonly CborValue[]).map((entry, index) => {
    if (!(entry instanceof Uint8Array) || entry.length === 0 || entry.length > MOST_MEMBER_BYTES)
      throw malformed(`cabundle.${index}`, `1 to ${MOST_MEMBER_BYTES} bytes`)
    return entry
  })
}

function bytesAt(members: CborMap, name: string, least: number, most: number): Uint8Array {
  const value = members.get(name)
  if (!(value instanceof Uint8Array) || value.length < least || value.length > most)
    throw malformed(name, `${least} to ${most} bytes`)
  return value
}

/** A member that may be absent or null. */
function optionalAt<Name extends string>(
  members: CborMap,
  member: string,
  name: Name,
  least: number,
  most: number,
): { readonly [key in Name]?: Uint8Array } {
  const value = members.get(member)
  if (value === undefined || value === null) return {}
  return { [name]: bytesAt(members, member, least, most) } as { readonly [key in Name]?: Uint8Array }
}

function attempt<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof EvidenceError || !isCodedError(cause)) throw cause
    if (cause.code === 'CODEC_COSE_ALGORITHM') {
      throw new EnclaveError('ENCLAVE_DOCUMENT_ALGORITHM', undefined, { details: cause.details, cause })
    }
    throw new EnclaveError('ENCLAVE_DOCUMENT_MALFORMED', `The enclave document is malformed: ${cause.message}`, {
      details: { path: 'document' },
      cause,
    })
  }
}

function malformed(path: string, expected: string): EnclaveError {
  return refuse('ENCLAVE_DOCUMENT_MALFORMED', `document.${path}`, expected)
}
