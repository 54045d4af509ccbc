/** DCAP verification as a checklist. */
import { decodeUtf8, encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { type PublicKey, verifySignature } from '@veritee/codec/signature'
import { EvidenceError } from '../../errors.ts'
import { Checks } from '../../result/checks.ts'
import { sealVerified } from '../../result/seal.ts'
import { type PckCrls, readPckChain, verifyPckChain } from '../pck/chain.ts'
import { PCK_CRL, ROOT_CRL, readCrl } from '../pck/crl.ts'
import { parseQuote } from '../quote/parse.ts'
import type { DcapQuote } from '../quote/types.ts'
import { evaluateTcb, type TcbEvidence } from '../tcb/evaluation.ts'
import { verifyTdxModule } from '../tcb/module.ts'
import { explainShortfall } from '../tcb/shortfall.ts'
import type { TcbEvaluation, TcbShortfall } from '../tcb/types.ts'
import { collectBasis } from './basis.ts'
import { verifyDates } from './dates.ts'
import { type VerifiedDocuments, verifyDocuments } from './documents.ts'
import type { RememberedChain, RememberedSet, VerificationMemory } from './memory.ts'
import { verifyPlatform } from './platform.ts'
import { digestQeReport, QUOTE_SCHEME, verifyQeReport } from './qe-report.ts'
import type { DcapMoment, VerifiedDcap } from './types.ts'

/** Parity rules refuse joined advisory ids of this length. */
const PARITY_ADVISORY_LENGTH = 450

/**
 * Verifies one quote, in the order of Intel's library: PCK chain, TCB info, quoting enclave identity, quote. Dates are
 * judged once, over everything, before the quote.
 */
export async function runChecklist(
  input: Uint8Array,
  moment: DcapMoment,
  memory: VerificationMemory,
): Promise<VerifiedDcap> {
  const { parity } = memory
  const { now, allowExpired = false, clockSkewSeconds = 0 } = moment
  if (!Number.isFinite(now) || !(clockSkewSeconds >= 0)) throw new RangeError('now and clockSkewSeconds are seconds')
  const checks = new Checks()
  // A copy, so that what was verified cannot change under the caller's hands while signatures are being checked.
  const quote = checks.check('quote.form', () => parseQuote(input.slice(), { lenientSignatureData: parity }))
  const set = memory.recall(moment.collateral)
  const chainText = readChainBytes(quote, moment.collateral.pckCertificateChain, parity, checks)
  const chainKey = memory.keyOf(() => encodeHex(digest('sha256', chainText)))

  const remembered = await verifyChain(set, chainKey, chainText, moment, memory, checks)
  const { chain } = remembered
  const documents = await verifySetDocuments(set, moment, checks)
  const crls = set.crls!
  remembered.basis ??= collectBasis(chain, crls, documents)
  const { windows, common, supplemental, simulated } = remembered.basis
  if (now > common.earliestExpiresAt) memory.forget(set, chainKey, windows, now)
  const expired = checks.check('dates', () =>
    verifyDates(windows, common, { now, allowExpired, clockSkewSeconds, parity }),
  )

  verifyPlatform(quote, chain, crls.pckCrl, documents.tcbInfo.document, parity, checks)
  if (quote.tee === 'tdx') {
    const { body } = quote
    checks.check('tdx.module', () => verifyTdxModule(body, documents.tcbInfo.document))
  }
  const attestationKey = await verifyQe(quote, remembered, documents, memory, checks)
  await checks.wait('quote.signature', () => verifyQuoteSignature(quote, attestationKey))
  const { tcb, shortfall } = checks.check('tcb', () => evaluate(quote, remembered, documents, parity))

  return sealVerified({
    quote,
    tcb,
    shortfall,
    pck: { ...chain.extension, ca: chain.ca, serialHex: chain.leaf.serialHex },
    supplemental,
    checks: checks.made,
    windows,
    expiresAt: common.earliestExpiresAt,
    expired,
    simulated,
    root: chain.trustedRoot.name,
  }) as VerifiedDcap
}

/** The chain that the quote carries, or the one that the collateral supplies. */
function readChainBytes(quote: DcapQuote, supplied: string | undefined, parity: boolean, checks: Checks): Uint8Array {
  return checks.check('pck.chain.present', () => {
    const { type, bytes } = quote.signatureData.certificationData
    const carried = type === 5 && bytes.length > 0 ? untilNul(bytes) : undefined
    const external = supplied === undefined ? undefined : encodeUtf8(supplied)
    const chain = parity ? (external ?? carried) : (carried ?? external)
    if (chain !== undefined) return chain
    throw new EvidenceError('DCAP_PCK_CHAIN_MISSING', undefined, {
      details: { path: 'certificationData', expected: 'type 5, or pck_certificate_chain', actual: `type ${type}` },
    })
  })
}

async function verifyChain(
  set: RememberedSet,
  key: string,
  bytes: Uint8Array,
  { collateral }: DcapMoment,
  memory: VerificationMemory,
  checks: Checks,
): Promise<RememberedChain> {
  const known = set.chains.find(key)
  if (known !== undefined) {
    checks.take(known.checks)
    return known
  }
  const { context } = set
  const before = checks.made.length
  const read = checks.check('pck.chain.form', () => readPckChain(decodeChain(bytes), context))
  const crls = readCrls(set, collateral.rootCaCrl, collateral.pckCrl, checks)
  const chain = await verifyPckChain(read, crls, context, checks)
  return memory.rememberChain(set, key, chain, checks.made.slice(before))
}

function readCrls(set: RememberedSet, rootCaCrl: string, pckCrl: string, checks: Checks): PckCrls {
  const { parity } = set.context
  set.crls = {
    rootCaCrl: checks.check('rootCaCrl.form', () => set.crls?.rootCaCrl ?? readCrl(rootCaCrl, ROOT_CRL, parity)),
    pckCrl: checks.check('pckCrl.form', () => set.crls?.pckCrl ?? readCrl(pckCrl, PCK_CRL, parity)),
  }
  return set.crls
}

async function verifySetDocuments(
  set: RememberedSet,
  { collateral }: DcapMoment,
  checks: Checks,
): Promise<VerifiedDocuments> {
  if (set.documents !== undefined) {
    checks.take(set.documents.checks)
    return set.documents.value
  }
  const before = checks.made.length
  const value = await verifyDocuments(collateral, set.crls!.rootCaCrl, set.context, checks)
  set.documents = { value, checks: checks.made.slice(before) }
  return value
}

async function verifyQe(
  quote: DcapQuote,
  { chain, qeReports }: RememberedChain,
  documents: VerifiedDocuments,
  memory: VerificationMemory,
  checks: Checks,
): Promise<PublicKey> {
  const key = memory.keyOf(() => digestQeReport(quote))
  const known = qeReports.find(key)
  if (known !== undefined) {
    checks.take(known.checks)
    return known.value
  }
  const before = checks.made.length
  const trust = { pckKey: chain.leaf.publicKey, qeIdentity: documents.qeIdentity?.document, parity: memory.parity }
  const value = await verifyQeReport(quote, trust, checks)
  qeReports.keep(key, { value, checks: checks.made.slice(before) })
  return value
}

async function verifyQuoteSignature({ signedBytes, signatureData }: DcapQuote, key: PublicKey): Promise<void> {
  if (await verifySignature(key, QUOTE_SCHEME, signedBytes, signatureData.signature)) return
  throw new EvidenceError('DCAP_QUOTE_SIGNATURE_INVALID', undefined, {
    details: { path: 'quote.signature', expected: 'a signature of the attestation key', actual: 'another' },
  })
}

function evaluate(
  quote: DcapQuote,
  { chain }: RememberedChain,
  { tcbInfo, qeIdentity }: VerifiedDocuments,
  parity: boolean,
): { tcb: TcbEvaluation; shortfall: readonly TcbShortfall[] } {
  const { qeReport } = quote.signatureData
  const evidence: TcbEvidence = {
    tcbInfo: tcbInfo.document,
    platform: chain.extension,
    qeIsvSvn: qeReport.isvSvn,
    ...(qeIdentity === undefined ? {} : { qeIdentity: qeIdentity.document }),
    ...(quote.tee === 'tdx' ? { teeTcbSvn: quote.body.teeTcbSvn } : {}),
    ...(quote.tee === 'tdx' && quote.body.kind !== 'td10' ? { teeTcbSvn2: quote.body.teeTcbSvn2 } : {}),
  }
  // Only version 3 states the PCE that runs; from version 4 on the field is reserved.
  const pckCertificateStale = quote.version === 3 && quote.header.pceSvn > chain.extension.pceSvn
  const explain = (): readonly TcbShortfall[] => explainShortfall({ ...evidence, pckCertificateStale })
  try {
    const tcb = evaluateTcb(evidence)
    if (parity) expectAdvisoriesFit(tcb)
    const upToDate = tcb.status === 'UpToDate' && tcb.current.status === 'UpToDate'
    return { tcb, shortfall: upToDate ? [] : explain() }
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error
    const { code, message, details } = error
    throw new EvidenceError(code, message, { details: { ...details, shortfall: explain() } })
  }
}

function expectAdvisoriesFit({ launch }: TcbEvaluation): void {
  const { length } = launch.advisoryIds.join(',')
  if (length < PARITY_ADVISORY_LENGTH) return
  throw new EvidenceError('DCAP_ADVISORIES_EXCESSIVE', undefined, {
    details: { path: 'tcb.advisoryIds', expected: `fewer than ${PARITY_ADVISORY_LENGTH} characters`, actual: length },
  })
}

function untilNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0)
  return end < 0 ? bytes : bytes.subarray(0, end)
}

function decodeChain(bytes: Uint8Array): string {
  try {
    return decodeUtf8(bytes)
  } catch (cause) {
    throw new EvidenceError('DCAP_PCK_CHAIN_INVALID', undefined, {
      details: { path: 'pckCertificateChain', expected: 'PEM text', actual: 'bytes that are no text' },
      cause,
    })
  }
}
