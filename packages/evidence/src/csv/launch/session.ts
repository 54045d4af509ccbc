/** The session blob that a tenant gives to LAUNCH_START, 772 bytes. */
import { concatBytes, equalSecrets, isAllZero, reverseBytes, u32le } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import type { PublicKey } from '@veritee/codec/signature'
import { decryptSm2, decryptSm4, encryptSm2, encryptSm4, hmacSm3, signSm2, verifySm2 } from '@veritee/codec/sm'
import { type PlatformCertificate, USAGE } from '../certificate/certificates.ts'
import { refuse } from '../certificate/fields.ts'
import { CsvError } from '../codes.ts'
import { createLaunchSecrets, deriveSessionKeys, deriveWrapKeys, type LaunchSecrets } from './key-schedule.ts'

export const SESSION_BYTES = 772
const SIGNED_BYTES = 708
const MASTER_BYTES = 256
const MASTER_USED_BYTES = 129
/** User id of the tenant's signatures. */
export const TENANT_USER_ID = 'GUEST_USER_ID'

/** Offsets of the fields. */
const AT = {
  nonce: 0,
  wrappedKeys: 16,
  wrapIv: 48,
  wrapMac: 64,
  sessionMac: 96,
  masterSecret: 292,
  vmDigest: 548,
  publicKeyDigest: 580,
  vmId: 612,
  vmVersion: 628,
  userData: 644,
} as const

/** What the tenant says about the guest; it comes back in reports. Shorter values end in zeros. */
export interface LaunchIdentity {
  /** At most 32 bytes: the launch digest that the tenant expects. */
  readonly vmDigest?: Uint8Array
  /** At most 32 bytes. */
  readonly publicKeyDigest?: Uint8Array
  /** At most 16 bytes. */
  readonly vmId?: Uint8Array
  /** At most 16 bytes. */
  readonly vmVersion?: Uint8Array
  /** At most 64 bytes. */
  readonly userData?: Uint8Array
}

/** What a session is made from. */
export interface LaunchSessionRequest extends LaunchIdentity {
  /** The platform's key exchange certificate (PDH); its chain must have been verified. */
  readonly platform: PlatformCertificate
  /** Guest policy, 32 bits. */
  readonly policy: number
  /** The tenant's SM2 private key, 32 bytes. */
  readonly tenantKey: Uint8Array
  /** Default fresh. */
  readonly secrets?: LaunchSecrets
}

/** A session and the keys that go with it. */
export interface LaunchSession {
  /** For the host, 772 bytes. */
  readonly bytes: Uint8Array
  /** Keep them: the measurement and secrets need them. */
  readonly secrets: LaunchSecrets
}

/** @throws EvidenceError CSV_LAUNCH_INVALID, CSV_CERTIFICATE_ROLE */
export function createLaunchSession(request: LaunchSessionRequest): LaunchSession {
  const { platform, policy, tenantKey, secrets = createLaunchSecrets() } = request
  if (platform.usage !== USAGE.pdh) throw refuse('CSV_CERTIFICATE_ROLE', 'pdh.usage', USAGE.pdh, platform.usage)
  const { transportEncryptionKey, transportIntegrityKey, nonce, wrapIv } = secrets
  const { master, encryption, integrity } = deriveSessionKeys(secrets)
  const wrappedKeys = encryptSm4(
    { mode: 'ctr', key: encryption.subarray(0, 16), iv: wrapIv },
    concatBytes(transportEncryptionKey, transportIntegrityKey),
  )
  const masterSecret = pad('masterSecret', encryptSm2(platform.key, master), MASTER_BYTES)
  const identity = encodeIdentity(request)
  const body = concatBytes(
    nonce,
    wrappedKeys,
    wrapIv,
    hmacSm3(integrity, wrapIv, wrappedKeys),
    hmacSm3(transportIntegrityKey, u32le(policy), masterSecret, identity),
    new Uint8Array(16 + 148),
    masterSecret,
    identity,
  )
  const signature = signSm2(tenantKey, body, { userId: TENANT_USER_ID })
  const [r, s] = [signature.subarray(0, 32), signature.subarray(32)]
  return { bytes: concatBytes(body, reverseBytes(r), reverseBytes(s)), secrets }
}

/** A session as the platform reads it. */
export interface OpenedSession extends Required<LaunchIdentity> {
  readonly transportEncryptionKey: Uint8Array
  readonly transportIntegrityKey: Uint8Array
}

/**
 * What the platform does with a session: opens it with its exchange key and checks the tenant's signature and both MACs.
 *
 * @throws EvidenceError CSV_LAUNCH_INVALID, CSV_LAUNCH_MISMATCH
 */
export function openLaunchSession(
  bytes: Uint8Array,
  {
    policy,
    tenantKey,
    platformKey,
  }: { readonly policy: number; readonly tenantKey: PublicKey; readonly platformKey: Uint8Array },
): OpenedSession {
  if (bytes.length !== SESSION_BYTES) throw refuse('CSV_LAUNCH_INVALID', 'session', SESSION_BYTES, bytes.length)
  const field = (at: number, size: number): Uint8Array => bytes.subarray(at, at + size)
  const signature = concatBytes(reverseBytes(field(SIGNED_BYTES, 32)), reverseBytes(field(SIGNED_BYTES + 32, 32)))
  if (!verifySm2(tenantKey, field(0, SIGNED_BYTES), signature, { userId: TENANT_USER_ID }))
    throw refuse('CSV_LAUNCH_MISMATCH', 'session.signature')
  const masterSecret = field(AT.masterSecret, MASTER_BYTES)
  const { encryption, integrity } = deriveWrapKeys(openMasterSecret(masterSecret, platformKey))
  const [wrappedKeys, wrapIv] = [field(AT.wrappedKeys, 32), field(AT.wrapIv, 16)]
  if (!equalSecrets(hmacSm3(integrity, wrapIv, wrappedKeys), field(AT.wrapMac, 32)))
    throw refuse('CSV_LAUNCH_MISMATCH', 'session.wrap_mac')
  const keys = decryptSm4({ mode: 'ctr', key: encryption.subarray(0, 16), iv: wrapIv }, wrappedKeys)
  const [transportEncryptionKey, transportIntegrityKey] = [keys.slice(0, 16), keys.slice(16)]
  const identity = field(AT.vmDigest, SIGNED_BYTES - AT.vmDigest)
  const mac = hmacSm3(transportIntegrityKey, u32le(policy), masterSecret, identity)
  if (!equalSecrets(mac, field(AT.sessionMac, 32))) throw refuse('CSV_LAUNCH_MISMATCH', 'session.session_mac')
  return {
    transportEncryptionKey,
    transportIntegrityKey,
    vmDigest: field(AT.vmDigest, 32),
    publicKeyDigest: field(AT.publicKeyDigest, 32),
    vmId: field(AT.vmId, 16),
    vmVersion: field(AT.vmVersion, 16),
    userData: field(AT.userData, 64),
  }
}

function openMasterSecret(stored: Uint8Array, platformKey: Uint8Array): Uint8Array {
  if (!isAllZero(stored.subarray(MASTER_USED_BYTES)))
    throw refuse('CSV_LAUNCH_INVALID', 'session.ms_enc', `${MASTER_USED_BYTES} bytes and zeros`)
  try {
    return decryptSm2(platformKey, stored.subarray(0, MASTER_USED_BYTES))
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw new CsvError('CSV_LAUNCH_MISMATCH', undefined, { details: { path: 'session.ms_enc' }, cause })
  }
}

/** What LAUNCH_START takes: policy, the tenant's certificate of 2084 bytes, the session. @throws EvidenceError CSV_LAUNCH_INVALID */
export function encodeLaunchStart(policy: number, tenantCertificate: Uint8Array, session: Uint8Array): Uint8Array {
  if (tenantCertificate.length !== 2084)
    throw refuse('CSV_LAUNCH_INVALID', 'certificate', 2084, tenantCertificate.length)
  if (session.length !== SESSION_BYTES) throw refuse('CSV_LAUNCH_INVALID', 'session', SESSION_BYTES, session.length)
  return concatBytes(u32le(policy), tenantCertificate, session)
}

function encodeIdentity({ vmDigest, publicKeyDigest, vmId, vmVersion, userData }: LaunchIdentity): Uint8Array {
  return concatBytes(
    pad('vmDigest', vmDigest, 32),
    pad('publicKeyDigest', publicKeyDigest, 32),
    pad('vmId', vmId, 16),
    pad('vmVersion', vmVersion, 16),
    pad('userData', userData, 64),
  )
}

function pad(name: string, value: Uint8Array = new Uint8Array(), sizeBytes: number): Uint8Array {
  if (value.length > sizeBytes) throw refuse('CSV_LAUNCH_INVALID', name, `at most ${sizeBytes} bytes`, value.length)
  const out = new Uint8Array(sizeBytes)
  out.set(value)
  return out
}
