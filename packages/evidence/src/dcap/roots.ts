/** The keys DCAP chains may end in: Intel's, pinned, and any other only by the caller's own word. */
import { CodecError } from '@veritee/codec'
import { decodeHex, equalBytes } from '@veritee/codec/bytes'
import { parsePem } from '@veritee/codec/pem'
import { parseCertificate } from '@veritee/codec/x509'
import { EvidenceError } from '../errors.ts'
import { mendCertificate } from './pck/mend.ts'
import type { DcapRules } from './verify/types.ts'

/** A root key that PCK and TCB signing chains may end in. */
export interface DcapRoot {
  /** Shown in results, such as `Intel SGX Root CA`. */
  readonly name: string
  /** Point on P-256, x then y, 64 bytes. The key is pinned, not one certificate of it. */
  readonly publicKey: Uint8Array
  /** The certificate this root was given as, DER; parity rules compare its signature. */
  readonly certificate?: Uint8Array
  /** SHA-256 of the root's well-known certificate, lower-case hexadecimal; its own signature then needs no check. */
  readonly certificateSha256?: string
  /** True for every root but Intel's: results that rest on it say `simulated`. */
  readonly simulated: boolean
}

/** Intel SGX Root CA (specification page, section 4.1). */
export const INTEL_SGX_ROOT: DcapRoot = Object.freeze({
  name: 'Intel SGX Root CA',
  publicKey: decodeHex(
    '0ba9c4c0c0c86193a3fe23d6b02cda10a8bbd4e88e48b4458561a36e705525f5' +
      '67918e2edc88e40d860bd0cc4ee26aacc988e505a953558c453f6b0904ae7394',
  ),
  certificateSha256: '44a0196b2b99f889b8e149e95b807a350e7424964399e885a7cbb8ccfab674d3',
  simulated: false,
})

/**
 * Reads a root to trust from its certificate, PEM (one certificate) or DER. Any root but Intel's is marked simulated:
 * every result that rests on it says so. The certificate's own signature is checked with each chain that ends in it.
 *
 * Throws DCAP_ROOT_INVALID. Parity rules read it with their own laxity.
 */
export function parseDcapRoot(certificate: string | Uint8Array, rules: DcapRules = 'strict'): DcapRoot {
  const parity = rules === 'parity'
  try {
    const der = readDer(certificate)
    const { subject, issuer, publicKey } = parity ? mendCertificate(der) : parseCertificate(der)
    if (!parity && !subject.isSamePrincipal(issuer)) {
      throw invalid('a self-issued certificate', `issued by ${issuer}`)
    }
    if (publicKey.curve !== 'P-256' || publicKey.point === undefined) {
      throw invalid('a key on P-256', publicKey.curve ?? publicKey.algorithm)
    }
    const point = publicKey.point.slice()
    if (equalBytes(point, INTEL_SGX_ROOT.publicKey)) return { ...INTEL_SGX_ROOT, certificate: der }
    return { name: subject.toString(), publicKey: point, certificate: der, simulated: true }
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause
    throw new EvidenceError('DCAP_ROOT_INVALID', undefined, { details: { path: 'root', actual: cause.message }, cause })
  }
}

function readDer(certificate: string | Uint8Array): Uint8Array {
  if (typeof certificate !== 'string' && certificate[0] === 0x30) return certificate.slice()
  const [block, ...more] = parsePem(certificate)
  if (block?.label === 'CERTIFICATE' && more.length === 0) return block.der
  throw invalid('one CERTIFICATE block', block === undefined ? 'none' : [block, ...more].map(({ label }) => label))
}

function invalid(expected: unknown, actual: unknown): EvidenceError {
  return new EvidenceError('DCAP_ROOT_INVALID', undefined, { details: { path: 'root', expected, actual } })
}
