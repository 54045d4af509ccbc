/** The chain that signs TCB info and quoting enclave identities. */
import type { X509Certificate } from '@veritee/codec/x509'
import { EvidenceError, type EvidenceErrorCode } from '../../errors.ts'
import type { Checks } from '../../result/checks.ts'
import type { DcapRoot } from '../roots.ts'
import { readChain, verifyCertificateProfile } from './certificate.ts'
import { names, verifyIssued } from './chain.ts'
import type { ChainContext } from './context.ts'
import { type DatedCrl, isRevoked, ROOT_CRL, verifyCrl } from './crl.ts'
import { expectTrusted, findRoot, verifySelfSigned } from './root.ts'

const SIGNER_NAME = 'SGX TCB Signing'
const SIGNER = {
  path: 'tcbSigner',
  issuer: 'DCAP_TCB_SIGNER_ISSUER_MISMATCH',
  signature: 'DCAP_TCB_SIGNER_SIGNATURE_INVALID',
} as const

/** A TCB signing chain that ends in a trusted root and is not revoked. */
export interface SigningChain {
  readonly signer: X509Certificate
  readonly root: X509Certificate
  readonly trustedRoot: DcapRoot
}

/**
 * Reads and verifies a TCB signing chain: exactly two certificates, told apart by their names (specification page,
 * section 4.5). Does not look at dates.
 *
 * @param name prefix of the checks, `tcbInfo` or `qeIdentity`
 */
export async function verifySigningChain(
  text: string,
  name: 'tcbInfo' | 'qeIdentity',
  rootCaCrl: DatedCrl,
  context: ChainContext,
  checks: Checks,
): Promise<SigningChain> {
  const form = { path: `${name}IssuerChain`, count: 2, code: 'DCAP_TCB_SIGNING_CHAIN_INVALID' } as const
  const { root, signer } = checks.check(`${name}.chain.form`, () => {
    const certificates = context.chain(text, () => readChain(text, form, context))
    return { root: findRoot(certificates), signer: findSigner(certificates) }
  })
  await checks.wait(`${name}.chain.signature`, async () => {
    await verifySelfSigned(root, context)
    await verifyIssued(signer, root, SIGNER, context)
  })
  await checks.wait(`${name}.chain.rootCaCrl`, () => verifyCrl(rootCaCrl, root, ROOT_CRL, context))
  checks.check(`${name}.chain.notRevoked`, () => {
    if (isRevoked(rootCaCrl, signer, context.parity)) throw refuse('DCAP_TCB_SIGNER_REVOKED', signer)
  })
  const trustedRoot = checks.check(`${name}.chain.trusted`, () =>
    expectTrusted(root, context, 'DCAP_TCB_SIGNING_CHAIN_UNTRUSTED'),
  )
  if (!context.parity) {
    checks.check(`${name}.chain.profile`, () => {
      verifyCertificateProfile(root, 'root', root)
      verifyCertificateProfile(signer, 'tcbSigner', root)
    })
  }
  return { signer, root, trustedRoot }
}

function findSigner(certificates: readonly X509Certificate[]): X509Certificate {
  const signer = certificates.find((certificate) => names(certificate, SIGNER_NAME))
  if (signer !== undefined) return signer
  throw new EvidenceError('DCAP_TCB_SIGNER_MISSING', undefined, {
    details: { path: 'tcbSigner', actual: certificates.map((certificate) => certificate.subject.toString()) },
  })
}

function refuse(code: EvidenceErrorCode, { serialHex }: X509Certificate): EvidenceError {
  return new EvidenceError(code, undefined, {
    details: {
      path: 'tcbSigner',
      expected: 'not on the revocation list',
      actual: `serial number ${serialHex} listed`,
    },
  })
}
