/** Guests under an SVSM: the manifest of its services, which names the endorsement key of its vTPM. */
import { concatBytes, equalBytes } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { decodeManifest } from '@veritee/evidence/composite'
import type { Check, Claims } from '@veritee/evidence/result'
import type { SnpEvidence } from '@veritee/evidence/snp'
import type { JudgeOptions } from './options.ts'
import type { GenuineEvidence } from './verifier.ts'

/** The check that the report covers the manifest beside it. */
export const MANIFEST_CHECK = 'snp.svsmManifest'

/** A certificate ties the attestation key to some TPM of its authority, a name to none: not to the one of the manifest. */
export const KEY_UNPROVEN: Check = {
  id: 'composite.svsm.attestationKey',
  result: 'skip',
  code: 'APPRAISAL_SVSM_KEY_UNPROVEN',
  message:
    'Nothing says that the attestation key lives in the vTPM that the manifest names: it was not enrolled with that endorsement key.',
  next: 'Enrol the attestation key with the endorsement key of the manifest, or make sure that its authority did.',
}

/** Nothing but the common question ties a TPM to a machine whose report names none. */
export const TPM_UNTIED: Check = {
  id: 'composite.tpm',
  result: 'skip',
  code: 'APPRAISAL_TPM_UNTIED',
  message: 'The report of the machine names no TPM: the registers beside it may be those of another machine.',
  next: 'Let no policy rest on them, unless the attestation key is known to live in this machine.',
}

/** What a manifest beside a report comes to. */
export interface ServicesDescription extends Pick<GenuineEvidence, 'isAnswerTo'> {
  readonly checks: readonly Check[]
  readonly claims: Claims
}

/** What the services manifest of an SVSM adds. The report covers it together with the question, so it is a claim only then. */
export function describeServices(
  { report, svsmManifest }: SnpEvidence,
  { reportData = [] }: JudgeOptions,
): ServicesDescription {
  if (svsmManifest === undefined) return { checks: [], claims: {} }
  const manifest = decodeManifest(svsmManifest)
  const isAnswerTo = (asked: Uint8Array) => coversManifest(report.reportData, asked, manifest)
  const questions = reportData instanceof Uint8Array ? [reportData] : reportData
  if (questions.some(isAnswerTo)) {
    const claims = { svsm_attestation: true, svsm_manifest: svsmManifest }
    return { checks: [{ id: MANIFEST_CHECK, result: 'pass' }], claims, isAnswerTo }
  }
  return { checks: [describeUnbound(MANIFEST_CHECK)], claims: {}, isAnswerTo }
}

/** The skipped check of a manifest that nothing ties to the report. */
export function describeUnbound(id: string): Check {
  const message = 'Nothing ties the services manifest to the report without the report data that was asked for.'
  const next = 'Give the report data that the evidence was asked for.'
  return { id, result: 'skip', code: 'SNP_MANIFEST_UNBOUND', message, next }
}

/** With a services manifest of an SVSM the report data is SHA-512(nonce padded to 64 bytes ‖ manifest). */
function coversManifest(field: Uint8Array, asked: Uint8Array, manifest: Uint8Array): boolean {
  if (asked.length === 0 || asked.length > 64) return false
  return equalBytes(field, digest('sha512', concatBytes(asked, new Uint8Array(64 - asked.length)), manifest))
}
