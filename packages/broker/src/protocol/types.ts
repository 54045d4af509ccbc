/** The messages of the key broker protocol as values. Wire spelling is in the parsers and encoders beside this file. */

/** Versions that exist; a server accepts `0.4.0` and others only by name. */
export const PROTOCOL_VERSIONS = ['0.1.0', '0.1.1', '0.2.0', '0.3.0', '0.4.0'] as const
export type ProtocolVersion = (typeof PROTOCOL_VERSIONS)[number]
export const CURRENT_VERSION: ProtocolVersion = '0.4.0'

/** Hash of the report data binding, in the wire's spelling. */
export const BINDING_HASHES = ['sha256', 'sha384', 'sha512', 'sm3'] as const
export type BindingHash = (typeof BINDING_HASHES)[number]

/** Public EC key of the TEE that secrets are encrypted to. */
export interface EcTeePublicKey {
  readonly kty: 'EC'
  readonly crv: 'P-256' | 'P-521'
  readonly alg: 'ECDH-ES+A256KW'
  readonly x: string
  readonly y: string
}

/** Public RSA key of the TEE. `RSA1_5` is the deprecated wrapping of 0.1.x clients. */
export interface RsaTeePublicKey {
  readonly kty: 'RSA'
  readonly alg: 'RSA-OAEP-256' | 'RSA1_5'
  readonly n: string
  readonly e: string
}

/** Exactly the members that are hashed: anything else a sender adds is dropped when it is read. */
export type TeePublicKey = EcTeePublicKey | RsaTeePublicKey

/** POST /auth. */
export interface AuthRequest {
  readonly version: ProtocolVersion
  /** Canonical name: hyphenated, such as `tdx` or `az-tdx-vtpm`. */
  readonly tee: TeeName
  /** As received, within the limits of the parser. */
  readonly extraParams: unknown
  /** Hash algorithms the client offers; absent if it names none. Unknown names are left out. */
  readonly hashes?: readonly BindingHash[]
  /** The attestation policy that the client asks to be judged by: `extra-params.id`. */
  readonly policy?: string
}

/** The answer to POST /auth. */
export interface Challenge {
  /** Standard base64 of 32 random bytes from servers of this project; opaque text from others. */
  readonly nonce: string
  /** Absent: SHA-384. */
  readonly selectedHash?: BindingHash
  readonly extraParams: unknown
}

export interface InitData {
  readonly format: 'toml'
  /** The whole text: its exact UTF-8 bytes are hashed. */
  readonly body: string
}

/** POST /attest, brought into the shape of 0.4.0 whatever the version. */
export interface Attestation {
  readonly version: ProtocolVersion
  /** Absent before 0.4.0, where the session alone carries it. */
  readonly nonce?: string
  readonly teePublicKey: TeePublicKey
  readonly primaryEvidence: unknown
  /** Exactly the text received: it is hashed as it stands. Empty if there is none; absent before 0.3.0. */
  readonly additionalEvidence?: string
  /** `additionalEvidence` read: evidence by canonical TEE name, in the order sent. */
  readonly devices: readonly DeviceEvidence[]
  readonly initData?: InitData
}

export interface DeviceEvidence {
  readonly tee: TeeName
  readonly evidence: unknown
}

/** The answer to POST /attest. */
export interface TokenResponse {
  readonly token: string
}

/** A secret on the wire: flattened JWE JSON (RFC 7516 §7.2.2). */
export interface JweResponse {
  readonly protected: string
  readonly encrypted_key: string
  readonly iv: string
  readonly ciphertext: string
  readonly tag: string
}

/** Body of every refusal: clients read `type` and `detail` and ignore the rest. */
export interface ErrorBody {
  readonly type: string
  readonly detail: string
  readonly code?: string
  readonly next?: string
  readonly findings?: readonly unknown[]
}

/** Canonical TEE names. */
export const TEE_NAMES = [
  'az-snp-vtpm',
  'az-tdx-vtpm',
  'cca',
  'csv',
  'enclave',
  'hygondcu',
  'hygontpm',
  'nvidia',
  'sample',
  'sampledevice',
  'se',
  'sev',
  'sgx',
  'snp',
  'system',
  'tdx',
  'tpm',
] as const
export type TeeName = (typeof TEE_NAMES)[number]
