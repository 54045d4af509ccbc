/** Documents of enclave virtual machines: a CBOR map under one COSE signature. */
import { type CborValue, encodeCbor } from '@veritee/codec/cbor'
import { type CoseAlgorithm, encodeCoseSign1, encodeProtectedHeader, encodeSignedBytes } from '@veritee/codec/cose'
import type { SimulatedKey } from '../crypto/key.ts'
import { type FieldValue, padField, simulatedDigest } from '../state/field.ts'

const PCR_BYTES = 48
const PCR_COUNT = 16
/** Registers of the image: whole, kernel with boot ramdisk, application. */
const IMAGE_PCRS = ['pcr0', 'pcr1', 'pcr2'] as const

/** A document before it is signed. Every member may be changed to break precisely one thing. */
export interface EnclaveDocumentTemplate {
  algorithm: CoseAlgorithm
  /** Members of the map; the certificates are those of the chain unless they stand here. */
  members: Map<string, CborValue>
  signer: SimulatedKey
}

/** What a document says, as far as it may be chosen. */
export interface EnclaveDocumentValues {
  /** The question, at most 512 bytes. Default none. */
  readonly nonce?: FieldValue
  /** At most 512 bytes. Default none. */
  readonly userData?: FieldValue
  /** Key of the enclave, at most 1024 bytes. Default none. */
  readonly publicKey?: FieldValue
  /** Registers of the image, 48 bytes each. */
  readonly pcr0?: FieldValue
  readonly pcr1?: FieldValue
  readonly pcr2?: FieldValue
  /** Registers of the image are zero, as in debug mode. Default false. */
  readonly debug?: boolean
}

export function createDocument(
  values: EnclaveDocumentValues,
  now: number,
  signer: SimulatedKey,
): EnclaveDocumentTemplate {
  const pcrs = new Map<CborValue, CborValue>()
  for (let index = 0; index < PCR_COUNT; index++) pcrs.set(index, new Uint8Array(PCR_BYTES))
  for (const [index, name] of IMAGE_PCRS.entries()) {
    const value = values[name] === undefined ? simulatedDigest(`enclave ${name}`, PCR_BYTES) : values[name]
    if (values.debug !== true) pcrs.set(index, padField(name, value, PCR_BYTES))
  }
  const members = new Map<string, CborValue>([
    ['module_id', 'i-simulated-enc0001'],
    ['digest', 'SHA384'],
    ['timestamp', now * 1000],
    ['pcrs', pcrs],
    ['public_key', optional('publicKey', values.publicKey, 1024)],
    ['user_data', optional('userData', values.userData, 512)],
    ['nonce', optional('nonce', values.nonce, 512)],
  ])
  return { algorithm: 'ES384', members, signer }
}

/** The bytes that the security module returns. */
export function encodeDocument(
  { algorithm, members, signer }: EnclaveDocumentTemplate,
  certificate: Uint8Array,
  authorities: readonly Uint8Array[],
): Uint8Array {
  const chain: (readonly [string, CborValue])[] = [
    ['certificate', certificate],
    ['cabundle', authorities],
  ]
  const payload = encodeCbor(new Map<CborValue, CborValue>([...chain, ...members]))
  const header = encodeProtectedHeader(algorithm)
  return encodeCoseSign1(header, payload, signer.sign(encodeSignedBytes(header, payload)))
}

/** In its own length, or null. */
function optional(name: string, value: FieldValue | undefined, most: number): Uint8Array | null {
  if (value === undefined) return null
  const sizeBytes = typeof value === 'string' ? value.length >> 1 : value.length
  return padField(name, value, most).subarray(0, sizeBytes)
}
