/** Evidence that is broken in precisely one way, for every way that verification knows. */

import { concatBytes, encodeBase64, u16be } from '@veritee/codec/bytes'
import { type Breakage, type Breakers, createBreakers } from '../../breakage.ts'
import { basicConstraints, withExtension } from '../../x509/extensions.ts'
import { extendedKeyUsage } from '../authorities.ts'
import { assembleDraft, type TpmCase, type TpmDraft } from '../draft.ts'
import { ALG } from '../structures.ts'
import type { TpmIssueOptions, TpmWorld } from '../types.ts'

/** Evidence that is genuine but for one thing, and the code that must refuse it. */
export type TpmBreakage = Breakage<TpmWorld, TpmCase>

const { breakDraft, breakCase }: Breakers<TpmWorld, TpmDraft, TpmCase, TpmIssueOptions> = createBreakers(assembleDraft)

/** TPMS_ATTEST of a certified object instead of a quote. */
const CERTIFY_TYPE = 0x8017

const STRUCTURES: readonly TpmBreakage[] = [
  breakCase('TPM_STRUCTURE_MALFORMED', 'A byte follows the quote.', (made) => {
    const [quote] = made.quotes
    made.quotes = [{ ...quote!, attest: concatBytes(quote!.attest, Uint8Array.of(0)) }]
  }),
  breakDraft('TPM_ALGORITHM_UNSUPPORTED', 'The quote is over a bank of a hash that is not known.', ({ quotes }) => {
    quotes[0]!.attest.selections[0]!.hash = 0x0027
  }),
  breakDraft('TPM_ATTEST_MAGIC', 'The signed structure begins with something else than a TPM writes.', ({ quotes }) => {
    quotes[0]!.attest.magic = 0xff54_4348
  }),
  breakDraft('TPM_ATTEST_TYPE', 'The signed structure certifies an object.', ({ quotes }) => {
    quotes[0]!.attest.type = CERTIFY_TYPE
  }),
  breakCase('TPM_EVIDENCE_JSON', 'The evidence JSON has no quote.', (made) => {
    made.evidence = { ak_public: encodeBase64(made.attestationKey) }
  }),
]

const QUOTES: readonly TpmBreakage[] = [
  breakCase('TPM_SIGNATURE_ALGORITHM', 'The signature names SHA-1.', (made) => {
    const [quote] = made.quotes
    const { signature } = quote!
    made.quotes = [
      { ...quote!, signature: concatBytes(signature.subarray(0, 2), u16be(ALG.sha1), signature.subarray(4)) },
    ]
  }),
  breakCase('TPM_SIGNATURE_INVALID', 'One bit of the nonce was changed after signing.', (made) => {
    const [quote] = made.quotes
    const at = quote!.attest.length - 80
    made.quotes = [{ ...quote!, attest: quote!.attest.with(at, quote!.attest[at]! ^ 1) }]
  }),
  {
    code: 'TPM_PCR_SELECTION',
    title: 'The quote covers PCRs that anybody can reset, and shows their values as those of the boot.',
    apply: (world) => assembleDraft(world.draft({ pcrs: [16, 23] })),
  },
  breakDraft('TPM_PCR_DIGEST', 'The value shown for PCR 4 is another than the one quoted.', ({ quotes }) => {
    const [quote] = quotes
    quote!.pcrs = quote!.pcrs.with(
      4,
      quote!.pcrs[4]!.map((byte) => byte ^ 0xff),
    )
  }),
]

const KEYS: readonly TpmBreakage[] = [
  breakCase('TPM_KEY_MISMATCH', 'The certificate is that of the endorsement key.', (made) => {
    made.attestationCertificate = made.endorsementCertificate
  }),
  breakCase('TPM_AK_UNBOUND', 'No certificate came along.', (made) => {
    delete made.attestationCertificate
  }),
  breakDraft('TPM_AK_CERTIFICATE_INVALID', 'The certificate is that of an authority.', ({ certificates: { ak } }) => {
    ak.extensions = withExtension(ak.extensions, basicConstraints(true))
  }),
  breakDraft('TPM_AK_CERTIFICATE_EXPIRED', 'The certificate expired a second ago.', ({ certificates: { ak }, now }) => {
    ak.notAfter = now - 1
  }),
  breakDraft('TPM_AK_CERTIFICATE_UNTRUSTED', 'The certificate is signed by a stranger.', ({ certificates, keys }) => {
    certificates.ak.signer = keys.stranger
  }),
]

/** One broken case for each error code that verifying TPM evidence can raise. */
export const TPM_BREAKAGES: readonly TpmBreakage[] = [...STRUCTURES, ...QUOTES, ...KEYS]

/** One broken case for each error code that only enrolling a key raises. */
export const TPM_ENROLMENT_BREAKAGES: readonly TpmBreakage[] = [
  breakDraft('TPM_EK_CERTIFICATE_INVALID', 'The certificate is for attestation keys.', ({ certificates: { ek } }) => {
    ek.extensions = withExtension(ek.extensions, extendedKeyUsage('2.23.133.8.3'))
  }),
  breakDraft('TPM_EK_CERTIFICATE_EXPIRED', 'The certificate expired a second ago.', ({ certificates: { ek }, now }) => {
    ek.notAfter = now - 1
  }),
  breakDraft('TPM_EK_CERTIFICATE_UNTRUSTED', 'The certificate is signed by a stranger.', ({ certificates, keys }) => {
    certificates.ek.signer = keys.stranger
  }),
]

/** Codes of the TPM room that no evidence raises, each with the reason. */
export const TPM_UNBREAKABLE: Readonly<Record<string, string>> = {
  TPM_KEY_ATTRIBUTES: 'Raised when a key is enrolled: evidence carries no attributes of its attestation key.',
  TPM_EK_UNTIED: 'Named in a skipped check where an endorsement key stands beside the quote; never thrown.',
  TPM_CREDENTIAL_INVALID: 'Raised when the proof of an enrolment is wrong, which is no part of evidence.',
}
