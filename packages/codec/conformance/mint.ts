/** Mints certificates and revocation lists for tests, well-formed or broken in one place. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import {
  encodeBitString,
  encodeBoolean,
  encodeEnumerated,
  encodeExplicit,
  encodeInteger,
  encodeNull,
  encodeOctetString,
  encodeOid,
  encodeSequence,
  encodeSet,
  encodeTime,
  encodeUtf8String,
} from '../src/der/index.ts'

export interface KeyPair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

export const ECDSA_SHA256: Uint8Array = encodeSequence(encodeOid('1.2.840.10045.4.3.2'))
export const T0: number = Date.UTC(2025, 0, 1) / 1000
const YEAR = 365 * 86400

export function createKeyPair(curve = 'P-256'): KeyPair {
  return generateKeyPairSync('ec', { namedCurve: curve })
}

export function spkiOf(key: KeyObject): Uint8Array {
  return new Uint8Array(key.export({ type: 'spki', format: 'der' }))
}

export function encodeName(commonName: string, ...more: readonly [oid: string, text: string][]): Uint8Array {
  const attributes: (readonly [string, string])[] = [...more, ['2.5.4.3', commonName]]
  return encodeSequence(
    ...attributes.map(([oid, text]) => encodeSet(encodeSequence(encodeOid(oid), encodeUtf8String(text)))),
  )
}

export function encodeExtension(oid: string, critical: boolean, value: Uint8Array): Uint8Array {
  return encodeSequence(encodeOid(oid), ...(critical ? [encodeBoolean(true)] : []), encodeOctetString(value))
}

export interface CertificateParts {
  readonly version?: Uint8Array
  readonly serial?: Uint8Array
  readonly innerAlgorithm?: Uint8Array
  readonly outerAlgorithm?: Uint8Array
  readonly validity?: Uint8Array
  readonly subject?: Uint8Array
  readonly spki?: Uint8Array
  readonly extensions?: readonly Uint8Array[]
  readonly trailer?: Uint8Array
  readonly key?: KeyPair
}

export function mintCertificate(parts: CertificateParts = {}): Uint8Array {
  const key = parts.key ?? createKeyPair()
  const tbs = encodeSequence(
    parts.version ?? encodeExplicit(0, encodeInteger(2)),
    parts.serial ?? encodeInteger(0x1234),
    parts.innerAlgorithm ?? ECDSA_SHA256,
    encodeName('Issuer'),
    parts.validity ?? encodeSequence(encodeTime(T0), encodeTime(T0 + YEAR)),
    parts.subject ?? encodeName('Subject'),
    parts.spki ?? spkiOf(key.publicKey),
    ...(parts.extensions === undefined ? [] : [encodeExplicit(3, encodeSequence(...parts.extensions))]),
    parts.trailer ?? new Uint8Array(0),
  )
  return seal(tbs, parts.outerAlgorithm ?? ECDSA_SHA256, key)
}

export interface CrlParts {
  readonly version?: Uint8Array
  readonly innerAlgorithm?: Uint8Array
  readonly nextUpdate?: Uint8Array
  /** DER entries, or undefined for a list without any. */
  readonly entries?: readonly Uint8Array[] | undefined
  readonly extensions?: readonly Uint8Array[]
  readonly key?: KeyPair
}

export function mintCrl(parts: CrlParts = {}): Uint8Array {
  const tbs = encodeSequence(
    parts.version ?? encodeInteger(1),
    parts.innerAlgorithm ?? ECDSA_SHA256,
    encodeName('Issuer'),
    encodeTime(T0),
    parts.nextUpdate ?? encodeTime(T0 + YEAR),
    ...(parts.entries === undefined ? [] : [encodeSequence(...parts.entries)]),
    encodeExplicit(0, encodeSequence(...(parts.extensions ?? [encodeExtension('2.5.29.20', false, encodeInteger(7))]))),
  )
  return seal(tbs, ECDSA_SHA256, parts.key ?? createKeyPair())
}

export function encodeRevocation(serial: number | bigint | Uint8Array, at: number, reason?: number): Uint8Array {
  const extensions =
    reason === undefined ? [] : [encodeSequence(encodeExtension('2.5.29.21', false, encodeEnumerated(reason)))]
  return encodeSequence(encodeInteger(serial), encodeTime(at), ...extensions)
}

export function encodeRsaAlgorithm(oid: string): Uint8Array {
  return encodeSequence(encodeOid(oid), encodeNull())
}

function seal(tbs: Uint8Array, algorithm: Uint8Array, { privateKey }: KeyPair): Uint8Array {
  return encodeSequence(tbs, algorithm, encodeBitString(new Uint8Array(sign('sha256', tbs, privateKey))))
}
