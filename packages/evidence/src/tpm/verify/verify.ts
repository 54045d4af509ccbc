import { encodeHex, equalBytes } from '@veritee/codec/bytes'
import { Checks } from '../../result/checks.ts'
import { sealVerified } from '../../result/seal.ts'
import { TpmError } from '../codes.ts'
import { expectEndorsementKey } from '../credential/enrolment.ts'
import { nameOf } from '../structure/public.ts'
import type { TpmEvidence } from '../types.ts'
import { bindAttestationKey, type KeyBinding } from './attestation-key.ts'
import { checkBootLogs } from './boot-logs.ts'
import { checkPcrs, verifyQuoteSignature } from './quote.ts'
import type { TpmTrust, VerifiedTpm } from './types.ts'

/** PCRs that say what booted; a quote that leaves one out says nothing. */
export const BOOT_PCRS: readonly number[] = [0, 1, 2, 3, 4, 5, 6, 7]

/**
 * Establishes that a trusted attestation key signed quotes over the PCR values shown (TCG TPM 2.0 Library, Part 1,
 * section 19), and that event logs, where there are some, lead to these values.
 *
 * Not checked here: the nonce, clock and reset counters, which values are good.
 *
 * @throws EvidenceError TPM_*, with the checks made so far in `details.checks`
 */
export async function verifyTpmEvidence(evidence: TpmEvidence, trust: TpmTrust): Promise<VerifiedTpm> {
  const checks = new Checks()
  const binding = await checks.wait('tpm.attestationKey', () => bindAttestationKey(evidence, trust))
  judgeEndorsement(checks, evidence, binding)
  checks.check('tpm.banks', () => {
    if (evidence.banks.length > 0) return
    throw new TpmError('TPM_EVIDENCE_JSON', 'The evidence holds no quote.', { details: { path: 'quote' } })
  })
  for (const bank of evidence.banks) {
    await checks.wait(`tpm.${bank.hash}.signature`, () => verifyQuoteSignature(bank, evidence.attestationKey))
    checks.check(`tpm.${bank.hash}.pcrs`, () => checkPcrs(bank, BOOT_PCRS))
  }
  const bootLogs = checkBootLogs(checks, evidence)
  return sealVerified({
    evidence,
    bootLogs,
    boundBy: binding.boundBy,
    attestationKeyDigest: binding.keyDigest,
    ...(binding.endorsementName === undefined ? {} : { endorsementName: binding.endorsementName }),
    checks: checks.made,
    ...(binding.expiresAt === undefined ? {} : { expiresAt: binding.expiresAt }),
    simulated: binding.simulated,
  })
}

/** An endorsement key beside the quote must be the one that the attestation key was enrolled with, where that is known. */
function judgeEndorsement(
  checks: Checks,
  { endorsementPublic, endorsementCertificate }: TpmEvidence,
  { endorsementName }: KeyBinding,
): void {
  if (endorsementPublic === undefined && endorsementCertificate === undefined) return
  if (endorsementPublic !== undefined && endorsementCertificate !== undefined)
    checks.check('tpm.endorsementCertificate', () => expectEndorsementKey(endorsementPublic, endorsementCertificate))
  if (endorsementPublic === undefined || endorsementName === undefined) {
    const message = 'Nothing ties the attestation key to the endorsement key beside it, so nothing is claimed of that.'
    checks.skip('tpm.endorsementKey', 'TPM_EK_UNTIED', message)
    return
  }
  checks.check('tpm.endorsementKey', () => {
    const name = nameOf(endorsementPublic)
    if (equalBytes(name, endorsementName)) return
    throw new TpmError('TPM_KEY_MISMATCH', undefined, {
      details: { path: 'ek_pubkey', expected: encodeHex(endorsementName), actual: encodeHex(name) },
    })
  })
}
