/** The server side of a handshake, without HTTP: what it is given and what it answers. */
import type {
  BindingHash,
  Challenge,
  DeviceEvidence,
  InitData,
  ProtocolVersion,
  TeeName,
  TeePublicKey,
} from '../protocol/types.ts'

/**
 * Makes every challenge good for one answer. Backed by a store that all replicas share; entries may be dropped after
 * `expiresAt`, which bounds it.
 */
export interface ReplayGuard {
  /** True exactly once per id, atomically over all replicas. */
  claim(id: string, expiresAt: number): Promise<boolean>
}

/** Where attested sessions are found between POST /attest and the requests for resources. */
export interface SessionStore {
  find(id: string): Promise<AttestedSession | undefined>
}

/** What an attested session holds. */
export interface AttestedSession {
  readonly token: string
  /** SHA-256 of the attestation body, lower-case hex: the same body may be answered again, another may not. */
  readonly bodyDigest: string
  /** Epoch seconds. */
  readonly expiresAt: number
}

export interface HandshakeOptions {
  /** At least 32 secret bytes, equal on every replica and over restarts. The first seals, all open. */
  readonly keys: readonly Uint8Array[]
  readonly replayGuard: ReplayGuard
  readonly sessions: SessionStore
  /** Default 300. */
  readonly lifetimeSeconds?: number
  /** Versions served; default 0.4.0 alone. Older ones bind less and are served by name only. */
  readonly versions?: readonly ProtocolVersion[]
  /** Default: every TEE name. */
  readonly tees?: readonly TeeName[]
  /** Attestation policies that machines may choose; default none. */
  readonly policies?: readonly string[]
  /** Name of the cookie; default `kbs-session-id`. */
  readonly cookieName?: string
  /** Serve keys that say RSA1_5, which clients of protocol 0.1.x have. Default false. */
  readonly allowRsa15?: boolean
}

/** A cookie to set. No `Secure`, `Path` or `Domain` is implied: clients of the protocol break on wrong ones. */
export interface SessionCookie {
  readonly name: string
  readonly value: string
  /** Epoch seconds. */
  readonly expiresAt: number
}

/** The answer to POST /auth. */
export interface OpenedHandshake {
  readonly challenge: Challenge
  /** The response body, JSON. */
  readonly body: string
  readonly cookie: SessionCookie
}

/** One piece of evidence to verify, with the report data that it must carry. */
export interface BoundEvidence {
  readonly role: 'primary' | 'device'
  readonly tee: TeeName
  readonly evidence: unknown
  /** The object that was hashed, for the token's runtime data claims. */
  readonly runtimeData: Readonly<Record<string, unknown>>
  /** Digests of which the report data must be one (right-padded with zeros to the field); two only for protocol 0.1.0. */
  readonly reportData: readonly Uint8Array[]
  /**
   * Of primary evidence that came with init data: its text, and the digests of which the evidence's init data field must
   * be one (right-padded with zeros). Whoever judges the evidence compares them, or refuses init data.
   */
  readonly initData?: { readonly body: string; readonly digests: readonly Uint8Array[] }
}

/** POST /attest, read and bound, its challenge used up. Nothing about the evidence is verified yet. */
export interface ReceivedAttestation {
  readonly sessionId: string
  readonly version: ProtocolVersion
  readonly tee: TeeName
  readonly nonce: string
  readonly hash: BindingHash
  /** The attestation policy that the machine chose. */
  readonly policy?: string
  readonly teePublicKey: TeePublicKey
  readonly initData?: InitData
  /** Primary first, then the devices. Every one must be accepted. */
  readonly evidence: readonly [BoundEvidence, ...BoundEvidence[]]
  readonly devices: readonly DeviceEvidence[]
  readonly bodyDigest: string
  /** Epoch seconds: the end of the challenge. */
  readonly expiresAt: number
}

/** What POST /attest came to: evidence to judge, or the token that the same body was given before. */
export type AttestationOutcome =
  | { readonly kind: 'received'; readonly attestation: ReceivedAttestation }
  | { readonly kind: 'answered'; readonly response: CompletedAttestation }

/** The answer to POST /attest. */
export interface CompletedAttestation {
  readonly token: string
  /** The response body, JSON. */
  readonly body: string
  /** A new cookie: the one of the challenge is of no further use. */
  readonly cookie: SessionCookie
}

/** An attestation that was completed, before anybody knows of it. */
export interface FinishedHandshake {
  /** To be where {@link SessionStore} finds it, under its id, before the response leaves; of no use after `expiresAt`. */
  readonly session: AttestedSession & { readonly id: string }
  readonly response: CompletedAttestation
}

/** The server side of the protocol. Every method throws `BrokerError`; `now` is epoch seconds. */
export interface Handshakes {
  /** POST /auth. Keeps no state. */
  open(body: Uint8Array | string, now: number): OpenedHandshake
  /** POST /attest up to the judging of evidence; uses the challenge up. */
  receive(body: Uint8Array | string, cookie: string | undefined, now: number): Promise<AttestationOutcome>
  /** POST /attest after the evidence was accepted: binds the token to the session. `expiresAt` is the token's. */
  complete(attestation: ReceivedAttestation, token: string, expiresAt: number, now: number): FinishedHandshake
  /** The token of an attested session. */
  findToken(cookie: string | undefined, now: number): Promise<string>
}
