/** The rule that ties evidence to a handshake and a key (specification page trustee, sections 1.5 and 12.1). */
import { encodeUtf8 } from '@veritee/codec/bytes'
import { canonicalizeJson } from '@veritee/codec/json'
import type { BindingHash, ProtocolVersion, TeePublicKey } from '../protocol/types.ts'
import { hashBinding } from './hash.ts'

/** What is hashed, as a value; its canonical JSON (RFC 8785) is what both ends digest. */
export type RuntimeData = Readonly<Record<string, unknown>>

/** Runtime data of evidence of a device, and of all evidence before 0.3.0. */
export function createBaseRuntimeData(nonce: string, teePublicKey: TeePublicKey): RuntimeData {
  return { nonce, 'tee-pubkey': teePublicKey }
}

/** Runtime data of primary evidence; `additionalEvidence` is the exact text sent, empty if there is none. */
export function createPrimaryRuntimeData(
  nonce: string,
  teePublicKey: TeePublicKey,
  additionalEvidence: string,
): RuntimeData {
  return { 'additional-evidence': additionalEvidence, nonce, 'tee-pubkey': teePublicKey }
}

/** Digest of runtime data: what the report data must begin with, the rest of the field being zero. */
export function digestRuntimeData(runtimeData: RuntimeData, hash: BindingHash): Uint8Array {
  return hashBinding(hash, encodeUtf8(canonicalizeJson(runtimeData)))
}

/** What a binding is made of. */
export interface BindingInput {
  readonly version: ProtocolVersion
  readonly hash: BindingHash
  readonly nonce: string
  readonly teePublicKey: TeePublicKey
  /** Ignored before 0.3.0, where nothing binds devices. */
  readonly additionalEvidence: string
}

/** A binding: the runtime data, and the digests of which the report data must be one. */
export interface Binding {
  readonly runtimeData: RuntimeData
  readonly reportData: readonly Uint8Array[]
}

/** The binding of primary evidence in any version. */
export function bindPrimary(input: BindingInput): Binding {
  const { version, hash, nonce, teePublicKey, additionalEvidence } = input
  if (version === '0.3.0' || version === '0.4.0') {
    const runtimeData = createPrimaryRuntimeData(nonce, teePublicKey, additionalEvidence)
    return { runtimeData, reportData: [digestRuntimeData(runtimeData, hash)] }
  }
  const runtimeData = createBaseRuntimeData(nonce, teePublicKey)
  const reportData = [digestRuntimeData(runtimeData, hash)]
  const joined = version === '0.1.0' ? digestJoined(nonce, teePublicKey) : undefined
  return { runtimeData, reportData: joined === undefined ? reportData : [...reportData, joined] }
}

/** The binding of evidence of a device. */
export function bindDevice({
  hash,
  nonce,
  teePublicKey,
}: Omit<BindingInput, 'version' | 'additionalEvidence'>): Binding {
  const runtimeData = createBaseRuntimeData(nonce, teePublicKey)
  return { runtimeData, reportData: [digestRuntimeData(runtimeData, hash)] }
}

/**
 * The binding of clients of 2023 (protocol 0.1.0): SHA-384 over the texts of nonce, modulus and exponent joined. Where one
 * text ends and the next begins is not hashed, so moving the border would turn one key into another that an attacker can
 * factor. With the one exponent that those clients use the border is fixed; for any other there is no such binding.
 */
function digestJoined(nonce: string, key: TeePublicKey): Uint8Array | undefined {
  if (key.kty !== 'RSA' || key.e !== 'AQAB') return undefined
  return hashBinding('sha384', encodeUtf8(nonce), encodeUtf8(key.n), encodeUtf8(key.e))
}

/**
 * A digest in a field of `sizeBytes`: zeros behind it. Throws RangeError if it does not fit, which only a caller's
 * mistake can cause; truncating would weaken the binding.
 */
export function padReportData(digest: Uint8Array, sizeBytes: number): Uint8Array {
  if (digest.length > sizeBytes) throw new RangeError(`A digest of ${digest.length} bytes does not fit ${sizeBytes}.`)
  const field = new Uint8Array(sizeBytes)
  field.set(digest)
  return field
}
