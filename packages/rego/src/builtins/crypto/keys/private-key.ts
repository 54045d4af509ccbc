import { type DerReader, readDer } from '@veritee/codec/der'
import { failure } from '../../operand.ts'
import { CURVES, type CurveName, multiplyBase } from '../signing/ecdsa.ts'
import { publicKeyOfSeed } from '../signing/ed25519.ts'
import { bitLength, integerOfBytes, modularInverse } from '../signing/modular.ts'

/** An RSA key of two primes with the numbers of the Chinese remainder theorem (RFC 8017 §3.2). */
export interface RsaPrivateKey {
  readonly kind: 'rsa'
  readonly n: bigint
  readonly e: bigint
  readonly d: bigint
  readonly p: bigint
  readonly q: bigint
  readonly dp: bigint
  readonly dq: bigint
  readonly qi: bigint
}

/** A key on one of the three curves, with its public point. */
export interface EcPrivateKey {
  readonly kind: 'ec'
  readonly curve: CurveName
  readonly d: bigint
  readonly x: bigint
  readonly y: bigint
}

/** The 32 bytes of an Ed25519 key and its public key (RFC 8032). */
export interface Ed25519PrivateKey {
  readonly kind: 'ed25519'
  readonly seed: Uint8Array
  readonly publicKey: Uint8Array
}

/** A private key of any kind that is read here. */
export type PrivateKey = RsaPrivateKey | EcPrivateKey | Ed25519PrivateKey

const OID_RSA = '1.2.840.113549.1.1.1'
const OID_EC = '1.2.840.10045.2.1'
const OID_ED25519 = '1.3.101.112'
const OID_CURVES: ReadonlyMap<string, CurveName> = new Map([
  ['1.2.840.10045.3.1.7', 'P-256'],
  ['1.3.132.0.34', 'P-384'],
  ['1.3.132.0.35', 'P-521'],
])
const MAX_RSA_BITS = 8192

/** An RSA key of its numbers; `dp`, `dq` and `qi` are worked out where they are not given. */
export function createRsaKey(numbers: {
  readonly n: bigint
  readonly e: bigint
  readonly d: bigint
  readonly p: bigint
  readonly q: bigint
}): RsaPrivateKey {
  const { n, e, d, p, q } = numbers
  if (bitLength(n) > MAX_RSA_BITS) throw failure('the RSA key is too long')
  if (p <= 2n || q <= 2n || p * q !== n || e < 3n || d <= 0n || d >= n) throw failure('the RSA key is not valid')
  return { kind: 'rsa', n, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: modularInverse(q, p) }
}

/** A key on a curve, with its public point. */
export function createEcKey(curve: CurveName, d: bigint): EcPrivateKey {
  if (d <= 0n || d >= CURVES[curve].n) throw failure('the EC key is not valid')
  const [x, y] = multiplyBase(curve, d)
  return { kind: 'ec', curve, d, x, y }
}

/** A key of its 32 bytes; another length fails. */
export function createEd25519Key(seed: Uint8Array): Ed25519PrivateKey {
  if (seed.length !== 32) throw failure('the Ed25519 key is not valid')
  return { kind: 'ed25519', seed, publicKey: publicKeyOfSeed(seed) }
}

/** Reads RSAPrivateKey (RFC 8017 §A.1.2) with two primes. Throws CODEC_DER_* on malformed bytes. */
export function parsePkcs1(der: Uint8Array): RsaPrivateKey {
  return readDer(der, (sequence) => {
    sequence.readSmallInteger(0, 0)
    const [n, e, d, p, q] = Array.from({ length: 8 }, () => integerOfBytes(sequence.readUnsignedBytes()))
    return createRsaKey({ n: n!, e: e!, d: d!, p: p!, q: q! })
  })
}

/** Reads ECPrivateKey (RFC 5915); a curve named inside must be the one given, where one is given. */
export function parseSec1(der: Uint8Array, outer?: CurveName): EcPrivateKey {
  return readDer(der, (sequence) => {
    sequence.readSmallInteger(1, 1)
    const d = integerOfBytes(sequence.readOctetString())
    const named = sequence.readOptionalExplicit(0)
    const curve = named === undefined ? outer : readCurve(named)
    if (curve === undefined || (outer !== undefined && curve !== outer)) throw failure('x509: unknown elliptic curve')
    sequence.readOptionalExplicit(1)
    return createEcKey(curve, d)
  })
}

/** Reads PrivateKeyInfo (RFC 5208) of RSA, of the three curves, and of Ed25519. */
export function parsePkcs8(der: Uint8Array): PrivateKey {
  return readDer(der, (sequence) => {
    sequence.readSmallInteger(0, 1)
    const algorithm = sequence.readSequence()
    const oid = algorithm.readOid()
    const curve = oid === OID_EC ? readCurve(algorithm) : undefined
    const content = sequence.readOctetString()
    while (!sequence.atEnd) sequence.read()
    if (oid === OID_RSA) return parsePkcs1(content)
    if (oid === OID_EC) return parseSec1(content, curve)
    if (oid !== OID_ED25519 || content[0] !== 4 || content[1] !== 32) {
      throw failure('x509: PKCS#8 wrapping contained private key with unknown algorithm')
    }
    return createEd25519Key(content.slice(2))
  })
}

function readCurve(reader: DerReader): CurveName | undefined {
  return OID_CURVES.get(reader.readOid())
}
