/** VCEK under ASK under ARK, or VLEK under ASVK under ARK (AMD KDS Interface Specification, section 4). */
import { encodeHex, equalBytes } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { verifyCrlSignature, type X509Certificate, type X509Crl } from '@veritee/codec/x509'
import { isSignedBy } from '../../certificates/signed.ts'
import { SnpError, type SnpErrorCode } from '../codes.ts'
import type { SnpRoot } from '../roots.ts'
import type { SnpProduct } from '../types.ts'
import type { SnpCollateral } from './collateral.ts'
import type { Vek } from './vek.ts'

/** A chain in order: leaf, intermediate, root. */
export interface VekChain {
  readonly leaf: X509Certificate
  readonly intermediate: X509Certificate
  readonly root: X509Certificate
  readonly trusted: SnpRoot
}

/**
 * Finds the certificates above a leaf by issuer name, and the pinned root they must end in.
 *
 * Only the root's key is compared here; no signature is verified.
 *
 * @throws EvidenceError SNP_CHAIN_INCOMPLETE, SNP_CHAIN_ISSUER, SNP_CHAIN_ROOT
 */
export function findChain(
  vek: Vek,
  product: SnpProduct,
  collateral: SnpCollateral,
  roots: readonly SnpRoot[],
): VekChain {
  const leaf = vek.certificate
  const wanted = vek.kind === 'vcek' ? `SEV-${product}` : `SEV-VLEK-${product}`
  if (leaf.issuer.commonName !== wanted) throw refuse('SNP_CHAIN_ISSUER', 'vek.issuer', wanted, leaf.issuer.commonName)
  const [intermediate] = issuersOf(leaf, collateral, 'ask')
  const candidates = issuersOf(intermediate, collateral, 'ark')
  // Whoever sends evidence may put another root of the same name before the genuine one.
  const pins = roots.filter((entry) => entry.product === product)
  const pinned = candidates.map((candidate) => [candidate, findPin(pins, candidate)] as const)
  const [root, trusted] = pinned.find(([, pin]) => pin !== undefined) ?? pinned[0]!
  if (trusted === undefined) {
    throw refuse(
      'SNP_CHAIN_ROOT',
      'ark.publicKey',
      pins.map((entry) => encodeHex(entry.keyDigest)),
      encodeHex(digest('sha256', root.publicKey.spki)),
    )
  }
  return { leaf, intermediate, root, trusted }
}

function issuersOf(
  child: X509Certificate,
  { certificates }: SnpCollateral,
  path: string,
): [X509Certificate, ...X509Certificate[]] {
  const [first, ...others] = certificates.filter(
    (candidate) => candidate !== child && equalBytes(candidate.subject.der, child.issuer.der),
  )
  if (first === undefined) throw refuse('SNP_CHAIN_INCOMPLETE', path, child.issuer.toString(), 'absent')
  return [first, ...others]
}

function findPin(pins: readonly SnpRoot[], { publicKey }: X509Certificate): SnpRoot | undefined {
  const keyDigest = digest('sha256', publicKey.spki)
  return pins.find((pin) => equalBytes(pin.keyDigest, keyDigest))
}

/** @throws EvidenceError SNP_CHAIN_CONSTRAINTS, SNP_CHAIN_ISSUER */
export function checkConstraints({ leaf, intermediate, root }: VekChain): void {
  if (!equalBytes(root.subject.der, root.issuer.der))
    throw refuse('SNP_CHAIN_ISSUER', 'ark.issuer', root.subject.toString(), root.issuer.toString())
  for (const [path, certificate] of [
    ['ask', intermediate],
    ['ark', root],
  ] as const) {
    if (certificate.basicConstraints?.ca !== true)
      throw refuse('SNP_CHAIN_CONSTRAINTS', `${path}.basicConstraints`, 'CA', 'no CA')
    if (certificate.keyUsage !== undefined && !certificate.keyUsage.has('keyCertSign')) {
      throw refuse('SNP_CHAIN_CONSTRAINTS', `${path}.keyUsage`, 'keyCertSign', 'absent')
    }
  }
  if (leaf.basicConstraints?.ca === true) throw refuse('SNP_CHAIN_CONSTRAINTS', 'vek.basicConstraints', 'no CA', 'CA')
  for (const [path, { unknownCriticalExtensions: unknown }] of [
    ['vek', leaf],
    ['ask', intermediate],
    ['ark', root],
  ] as const) {
    if (unknown.length > 0)
      throw refuse('SNP_CHAIN_CONSTRAINTS', `${path}.extensions`, 'no unknown critical extension', unknown)
  }
}

/** @throws EvidenceError SNP_CHAIN_SIGNATURE */
export async function verifyChainSignatures({ leaf, intermediate, root }: VekChain): Promise<void> {
  const pairs = [
    ['ark', root, root],
    ['ask', intermediate, root],
    ['vek', leaf, intermediate],
  ] as const
  for (const [path, child, issuer] of pairs) {
    if (!(await isSignedBy(child, issuer.publicKey))) throw refuse('SNP_CHAIN_SIGNATURE', `${path}.signature`)
  }
}

/**
 * Both ends of each validity.
 *
 * @throws EvidenceError SNP_CHAIN_NOT_YET_VALID, SNP_CHAIN_EXPIRED
 */
export function checkDates({ leaf, intermediate, root }: VekChain, now: number): void {
  for (const [path, certificate] of [
    ['ark', root],
    ['ask', intermediate],
    ['vek', leaf],
  ] as const) {
    if (now < certificate.notBefore)
      throw refuse('SNP_CHAIN_NOT_YET_VALID', `${path}.notBefore`, `from ${iso(certificate.notBefore)}`, iso(now))
    if (now > certificate.notAfter)
      throw refuse('SNP_CHAIN_EXPIRED', `${path}.notAfter`, `until ${iso(certificate.notAfter)}`, iso(now))
  }
}

/**
 * Looks the intermediate up in the root's revocation list.
 *
 * @returns whether there was a list of this root at all
 * @throws EvidenceError SNP_CRL_INVALID, SNP_CRL_EXPIRED, SNP_CRL_REVOKED
 */
export async function checkRevocation(chain: VekChain, { crls }: SnpCollateral, now: number): Promise<boolean> {
  const own = crls.filter((crl) => equalBytes(crl.issuer.der, chain.root.subject.der))
  for (const crl of own) {
    if (verifiedCrls.get(crl) !== chain.root) {
      if (!(await verifyCrlSignature(crl, chain.root.publicKey))) throw refuse('SNP_CRL_INVALID', 'crl.signature')
      verifiedCrls.set(crl, chain.root)
    }
    if (crl.unknownCriticalExtensions.length > 0)
      throw refuse('SNP_CRL_INVALID', 'crl.extensions', 'no unknown critical extension', crl.unknownCriticalExtensions)
    if (crl.nextUpdate === undefined) throw refuse('SNP_CRL_INVALID', 'crl.nextUpdate', 'present', 'absent')
    if (now < crl.thisUpdate) throw refuse('SNP_CRL_INVALID', 'crl.thisUpdate', `from ${iso(crl.thisUpdate)}`, iso(now))
    if (now > crl.nextUpdate)
      throw refuse('SNP_CRL_EXPIRED', 'crl.nextUpdate', `until ${iso(crl.nextUpdate)}`, iso(now))
    for (const [path, certificate] of [
      ['ark', chain.root],
      ['ask', chain.intermediate],
    ] as const) {
      if (crl.isRevoked(certificate.serial)) throw refuse('SNP_CRL_REVOKED', path, 'not revoked', certificate.serialHex)
    }
  }
  return own.length > 0
}

/** Which root signed a list, by the parsed list. */
const verifiedCrls = new WeakMap<X509Crl, X509Certificate>()

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString()

function refuse(code: SnpErrorCode, path: string, expected?: unknown, actual?: unknown): SnpError {
  return new SnpError(code, undefined, {
    details: { path, ...(expected === undefined ? {} : { expected }), ...(actual === undefined ? {} : { actual }) },
  })
}
