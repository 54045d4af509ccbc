import { encodeHex, equalBytes, isAllZero } from '@veritee/codec/bytes'
import { verifySignature } from '@veritee/codec/signature'
import type { X509Certificate } from '@veritee/codec/x509'
import { Checks } from '../../result/checks.ts'
import { sealVerified } from '../../result/seal.ts'
import { checkConstraints, checkDates, checkRevocation, findChain, verifyChainSignatures } from '../chain/chain.ts'
import { veksOf } from '../chain/collateral.ts'
import { parseVek, type Vek } from '../chain/vek.ts'
import { SnpError, type SnpErrorCode } from '../codes.ts'
import { AMD_ROOTS } from '../roots.ts'
import type { SnpProduct, SnpReport, SnpTcb } from '../types.ts'
import type { SnpTrust, VerifiedSnp } from './types.ts'

/**
 * Establishes that a report was signed by AMD firmware on a genuine chip at the TCB it states (AMD SEV-SNP Firmware ABI,
 * section 7.3).
 *
 * Not checked here: report data, measurement, guest policy, privilege level, minimum TCB. Those are judgements; see
 * `appraiseSnp`.
 *
 * @throws EvidenceError SNP_*, with the checks made so far in `details.checks`
 */
export async function verifySnpReport(report: SnpReport, trust: SnpTrust): Promise<VerifiedSnp> {
  const { collateral, now, roots = AMD_ROOTS } = trust
  const checks = new Checks()
  checks.check('report.signer', () => checkSigner(report))
  const vek = checks.check('vek', () => findVek(report, trust))
  const product = checks.check('vek.product', () => matchProduct(report, vek))
  const chain = checks.check('vek.chain', () => findChain(vek, product, collateral, roots))
  checks.check('vek.chain.constraints', () => checkConstraints(chain))
  await checks.wait('vek.chain.signatures', () => verifyChainSignatures(chain))
  checks.check('vek.chain.dates', () => checkDates(chain, now))
  const revocationChecked = await revocation(checks, () => checkRevocation(chain, collateral, now))
  checks.check('vek.tcb', () => matchTcb(report.reportedTcb, vek.tcb))
  if (vek.kind === 'vcek') checks.check('vek.hardwareId', () => matchHardwareId(report, vek))
  await checks.wait('report.signature', () => verifyReportSignature(report, vek))
  return sealVerified({
    report,
    product,
    signedBy: vek.kind,
    tcb: vek.tcb,
    ...(vek.cspId === undefined ? {} : { cspId: vek.cspId }),
    checks: checks.made,
    revocationChecked,
    expiresAt: Math.min(chain.leaf.notAfter, chain.intermediate.notAfter, chain.root.notAfter),
    simulated: chain.trusted.simulated,
    root: chain.trusted.name,
  })
}

async function revocation(checks: Checks, work: () => Promise<boolean>): Promise<boolean> {
  let checked = false
  try {
    checked = await work()
  } catch (error) {
    throw checks.refuse('vek.chain.revocation', error)
  }
  if (checked) checks.take([{ id: 'vek.chain.revocation', result: 'pass' }])
  else checks.skip('vek.chain.revocation', 'SNP_CRL_ABSENT', 'No revocation list of the root was given.')
  return checked
}

function checkSigner(report: SnpReport): void {
  if (report.signingKey === 'none')
    throw refuse('SNP_REPORT_UNSIGNED', 'signer_info.signing_key', 'VCEK or VLEK', 'none')
  // A host that masks the chip's key gets reports with zeros in the place of a signature.
  if (report.maskChipKey && isAllZero(report.signature))
    throw refuse('SNP_REPORT_UNSIGNED', 'signer_info.mask_chip_key', false, true)
}

/** What certificates say, by the parsed certificate: one is met again with every report of its chip. */
const knownVeks = new WeakMap<X509Certificate, Vek>()

function readVek(certificate: X509Certificate): Vek {
  const vek = knownVeks.get(certificate) ?? parseVek(certificate)
  knownVeks.set(certificate, vek)
  return vek
}

/** The endorsement key certificate of the kind that the report names; of a whole fleet's, the one for this chip and TCB. */
function findVek(report: SnpReport, { collateral }: SnpTrust): Vek {
  const veks = veksOf(collateral).map(readVek)
  if (veks.length === 0) throw refuse('SNP_VEK_MISSING', 'collateral', report.signingKey.toUpperCase(), 'absent')
  const own = veks.filter((vek) => vek.kind === report.signingKey)
  if (own.length === 0)
    throw refuse('SNP_VEK_ROLE', 'vek.kind', report.signingKey, veks.map((vek) => vek.kind).join(', '))
  const ofChip = own.filter((vek) => vek.kind === 'vlek' || isOfChip(report, vek))
  const candidates = ofChip.length > 0 ? ofChip : own
  return candidates.find((vek) => sameTcb(vek.tcb, report.reportedTcb)) ?? candidates[0]!
}

/** A version 2 report does not name its generation; Milan and Genoa lay the TCB out alike, so the certificate decides. */
function matchProduct(report: SnpReport, vek: Vek): SnpProduct {
  const undecided = report.version === 2 && report.product !== 'Turin' && vek.product !== 'Turin'
  if (!undecided && vek.product !== report.product)
    throw refuse('SNP_VEK_PRODUCT', 'vek.productName', report.product, vek.productName)
  return vek.product
}

function matchTcb(reported: SnpTcb, certified: SnpTcb): void {
  if (!sameTcb(reported, certified)) throw refuse('SNP_VEK_TCB', 'reported_tcb', certified, reported)
}

function sameTcb(a: SnpTcb, b: SnpTcb): boolean {
  return (
    a.fmc === b.fmc &&
    a.bootloader === b.bootloader &&
    a.tee === b.tee &&
    a.snp === b.snp &&
    a.microcode === b.microcode
  )
}

/** A masked chip id (all zero) cannot be matched, so a report that hides it under a VCEK is refused. */
function matchHardwareId(report: SnpReport, vek: Vek): void {
  if (!isOfChip(report, vek))
    throw refuse('SNP_VEK_HWID', 'chip_id', encodeHex(vek.hardwareId!), encodeHex(report.chipId))
}

/** Turin's ids have 8 bytes, and zeros in the report. */
function isOfChip({ chipId }: SnpReport, { hardwareId }: Vek): boolean {
  const certified = new Uint8Array(chipId.length)
  certified.set(hardwareId!)
  return equalBytes(chipId, certified)
}

async function verifyReportSignature(report: SnpReport, { certificate }: Vek): Promise<void> {
  const scheme = { scheme: 'ecdsa', hash: 'sha384', format: 'raw' } as const
  if (!(await verifySignature(certificate.publicKey, scheme, report.signedBytes, report.signature))) {
    throw refuse('SNP_SIGNATURE_INVALID', 'signature')
  }
}

function refuse(code: SnpErrorCode, path: string, expected?: unknown, actual?: unknown): SnpError {
  return new SnpError(code, undefined, {
    details: { path, ...(expected === undefined ? {} : { expected }), ...(actual === undefined ? {} : { actual }) },
  })
}
