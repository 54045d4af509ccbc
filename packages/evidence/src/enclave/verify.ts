import { verifyCoseSign1 } from '@veritee/codec/cose'
import type { X509Certificate } from '@veritee/codec/x509'
import { Checks } from '../result/checks.ts'
import type { Check, Verified } from '../result/index.ts'
import { sealVerified } from '../result/seal.ts'
import { checkConstraints, checkDates, findRoot, iso, parseChain, verifyChainSignatures } from './chain.ts'
import { refuse } from './codes.ts'
import type { EnclaveDocument } from './document.ts'
import type { EnclaveRoot } from './roots.ts'

/** What a caller trusts, and when. */
export interface EnclaveTrust {
  /** Epoch seconds. */
  readonly now: number
  /** None by default: the root of the platform is the caller's to name. */
  readonly roots?: readonly EnclaveRoot[]
  /** How far in the future a document may have been made, seconds; default 0. */
  readonly clockSkewSeconds?: number
}

/** The outcome of verifying one document. */
export interface EnclaveVerification {
  readonly document: EnclaveDocument
  readonly checks: readonly Check[]
  readonly expiresAt: number
  readonly simulated: boolean
  readonly root: string
}

/** A verified enclave document. */
export type VerifiedEnclave = Verified<EnclaveVerification>

/**
 * Establishes that the security module of the platform signed the document, under a root that is trusted.
 *
 * Not checked here: nonce, user data, registers, debug mode; those are judgements. Revocation is said as skipped.
 *
 * @throws EvidenceError ENCLAVE_*, with the checks made so far in `details.checks`
 */
export async function verifyEnclaveDocument(document: EnclaveDocument, trust: EnclaveTrust): Promise<VerifiedEnclave> {
  const { now, roots = [] } = trust
  const checks = new Checks()
  const chain = checks.check('enclave.chain', () => parseChain(document))
  const root = checks.check('enclave.chain.root', () => findRoot(chain, roots))
  checks.check('enclave.chain.constraints', () => checkConstraints(chain))
  await checks.wait('enclave.chain.signatures', () => verifyChainSignatures(chain))
  checks.check('enclave.chain.dates', () => checkDates(chain, now))
  checks.check('enclave.timestamp', () => checkTimestamp(document, chain[0]!, now + (trust.clockSkewSeconds ?? 0)))
  await checks.wait('enclave.signature', () => verifyDocumentSignature(document, chain[0]!))
  checks.skip('enclave.revocation', 'ENCLAVE_REVOCATION_UNCHECKED', 'The platform publishes no revocation list.')
  return sealVerified({
    document,
    checks: checks.made,
    expiresAt: Math.min(...chain.map((certificate) => certificate.notAfter)),
    simulated: root.simulated,
    root: root.name,
  })
}

/** A document is made while its certificate is valid, and not in the future. */
function checkTimestamp({ timestampMs }: EnclaveDocument, leaf: X509Certificate, latest: number): void {
  const madeAt = Math.floor(timestampMs / 1000)
  const until = Math.min(leaf.notAfter, latest)
  if (madeAt >= leaf.notBefore && madeAt <= until) return
  throw refuse('ENCLAVE_TIMESTAMP_INVALID', 'timestamp', `${iso(leaf.notBefore)} to ${iso(until)}`, iso(madeAt))
}

async function verifyDocumentSignature({ message }: EnclaveDocument, leaf: X509Certificate): Promise<void> {
  if (!(await verifyCoseSign1(message, leaf.publicKey))) throw refuse('ENCLAVE_SIGNATURE_INVALID', 'document.signature')
}
