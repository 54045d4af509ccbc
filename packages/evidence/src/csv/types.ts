/** What a Hygon CSV report says. Nothing here is verified. */
import type { PlatformCertificate } from './certificate/certificates.ts'

/** Guest policy, 32 bits, by name. */
export interface CsvPolicy {
  readonly noDebug: boolean
  readonly noKeySharing: boolean
  readonly encryptedState: boolean
  readonly noSend: boolean
  readonly domain: boolean
  readonly csv: boolean
  readonly csv3: boolean
  readonly asidReuse: boolean
  readonly hskVersion: number
  readonly cekVersion: number
  readonly apiMajor: number
  readonly apiMinor: number
}

/** A parsed report. Fields of version 1 are shown un-XORed; the signature covers them as stored. */
export interface CsvReport {
  /** The used part of the page as received. */
  readonly bytes: Uint8Array
  readonly signedBytes: Uint8Array
  readonly version: 1 | 2 | 3
  /** 32 bytes. */
  readonly userPublicKeyDigest: Uint8Array
  /** 16 bytes. */
  readonly vmId: Uint8Array
  /** 16 bytes. */
  readonly vmVersion: Uint8Array
  /** 64 bytes. */
  readonly reportData: Uint8Array
  /** 16 bytes, chosen by the guest. */
  readonly mnonce: Uint8Array
  /** 32 bytes: launch digest. */
  readonly measure: Uint8Array
  readonly policyBits: number
  readonly policy: CsvPolicy
  readonly signatureUsage: number
  readonly signatureAlgorithm: number
  /** Version 1: what the fields are XORed with. It is not signed; see `appraiseCsv`. */
  readonly anonce?: number
  /** Version 2 on: firmware build. */
  readonly build?: number
  /** Version 2 on. */
  readonly rtmrVersion?: number
  /** Version 2 on: five registers of 32 bytes; register 0 is the launch digest. */
  readonly rtmrs?: readonly Uint8Array[]
  /** Version 2 on: what the format keeps for later, 14 bytes and 656 (592 in version 3). */
  readonly reserved?: readonly [Uint8Array, Uint8Array]
  /** Version 3: 64 bytes. */
  readonly hostData?: Uint8Array
  /** r‖s, 64 bytes. */
  readonly signature: Uint8Array
  /** The key that signed, as the report carries it. */
  readonly pek: PlatformCertificate
  /** Text without the NULs behind it. */
  readonly serialNumber: string
  /** As stored: it covers key, serial number and sealing key, keyed with the nonce. */
  readonly mac: Uint8Array
  /** Whether the page still carries the sealing key of its guest, which is a secret: verification refuses it. */
  readonly holdsSealingKey: boolean
  /** What the MAC covers, in a page that is as its firmware wrote it; attesters change it before they pass the page on. */
  readonly macCovered?: Uint8Array
}
