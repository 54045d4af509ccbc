/** Keys of a launch session (Hygon CSV, "secure boot"). */
import { concatBytes, encodeUtf8 } from '@veritee/codec/bytes'
import { deriveSm3Key } from '@veritee/codec/sm'

const BLOCK_BYTES = 32

/** Random values of one session. */
export interface LaunchSecrets {
  /** Encrypts secrets for the guest, 16 bytes. */
  readonly transportEncryptionKey: Uint8Array
  /** Authenticates the session, the measurement and secrets, 16 bytes. */
  readonly transportIntegrityKey: Uint8Array
  /** What the master secret comes from, 16 bytes. */
  readonly seed: Uint8Array
  /** 16 bytes. */
  readonly nonce: Uint8Array
  /** 16 bytes. */
  readonly wrapIv: Uint8Array
}

/** Fresh values from WebCrypto. */
export function createLaunchSecrets(): LaunchSecrets {
  const random = (): Uint8Array => crypto.getRandomValues(new Uint8Array(16))
  return {
    transportEncryptionKey: random(),
    transportIntegrityKey: random(),
    seed: random(),
    nonce: random(),
    wrapIv: random(),
  }
}

/** `sizeBytes` for a purpose: the derivation of SM2 run twice over key, label, a zero byte and context. */
export function deriveLaunchKey(key: Uint8Array, sizeBytes: number, context: Uint8Array, label: string): Uint8Array {
  const input = concatBytes(key, encodeUtf8(label), Uint8Array.of(0), context)
  const rounded = Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES
  const first = deriveSm3Key(input, rounded)
  return deriveSm3Key(concatBytes(input, first), rounded).slice(0, sizeBytes)
}

/** The master secret and what wraps the transport keys under it. */
export function deriveSessionKeys({ seed, nonce }: Pick<LaunchSecrets, 'seed' | 'nonce'>): {
  readonly master: Uint8Array
  readonly encryption: Uint8Array
  readonly integrity: Uint8Array
} {
  const master = deriveLaunchKey(seed, 32, nonce, 'csv-master-secret')
  return { master, ...deriveWrapKeys(master) }
}

/** The keys that wrap the transport keys. */
export function deriveWrapKeys(master: Uint8Array): {
  readonly encryption: Uint8Array
  readonly integrity: Uint8Array
} {
  const none = new Uint8Array()
  return {
    encryption: deriveLaunchKey(master, 32, none, 'csv-kek'),
    integrity: deriveLaunchKey(master, 32, none, 'csv-kik'),
  }
}
