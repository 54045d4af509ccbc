/** Evidence that is broken in precisely one way, for every way that verification knows. */
import { type Breakage, type Breakers, createBreakers } from '../breakage.ts'
import { basicConstraints, withExtension } from '../x509/extensions.ts'
import { firmwareIdExtension } from './authorities.ts'
import { OPAQUE } from './report.ts'
import {
  assembleDraft,
  createGpuWorld,
  encodeGpuEvidence,
  type GpuCase,
  type GpuDraft,
  type GpuWorld,
} from './world.ts'

/** Evidence that is genuine but for one thing, and the code that must refuse it. */
export type GpuBreakage = Breakage<GpuWorld, GpuCase>

const { breakDraft, breakCase }: Breakers<GpuWorld, GpuDraft, GpuCase, never> = createBreakers(assembleDraft)

/** One broken case for each error code that verifying a device report can raise. */
export const GPU_BREAKAGES: readonly GpuBreakage[] = [
  breakCase('GPU_EVIDENCE_JSON', 'The evidence names no device.', (made) => {
    made.evidence = { device_evidence_list: [] }
  }),
  breakDraft('GPU_REPORT_MALFORMED', 'The exchange is of another protocol version.', ({ report }) => {
    report.spdmVersion = 0x12
  }),
  breakDraft('GPU_REPORT_FIELD_MISSING', 'The report does not say its driver version.', ({ report }) => {
    report.opaque = report.opaque.filter(([type]) => type !== OPAQUE.driverVersion)
  }),
  breakCase('GPU_CHAIN_INCOMPLETE', 'Only the certificate of the device came along.', (made) => {
    made.chain = made.chain.slice(0, made.chain.indexOf('-----END CERTIFICATE-----') + 26)
  }),
  breakDraft('GPU_CHAIN_ISSUER', 'The device names another issuer than the next certificate.', ({ certificates }) => {
    certificates.device.issuer = certificates.root.subject
  }),
  breakDraft('GPU_CHAIN_CONSTRAINTS', 'The intermediate is no authority.', ({ certificates: { intermediate } }) => {
    intermediate.extensions = withExtension(intermediate.extensions, basicConstraints(false))
  }),
  breakDraft('GPU_CHAIN_SIGNATURE', 'The certificate of the device is signed by a stranger.', (draft) => {
    draft.certificates.device.signer = draft.keys.stranger
  }),
  breakDraft('GPU_CHAIN_DATES', 'The certificate of the device expired a second ago.', ({ certificates, now }) => {
    certificates.device.notAfter = now - 1
  }),
  breakCase('GPU_CHAIN_ROOT', 'Everything is genuine, of another vendor.', (made, { recipe, now }) => {
    made.root = createGpuWorld({ now, seed: `not ${recipe.seed}` }).root
  }),
  breakDraft(
    'GPU_FIRMWARE_MISMATCH',
    'The certificate was issued for other firmware.',
    ({ certificates: { device } }) => {
      device.extensions = withExtension(device.extensions, firmwareIdExtension(new Uint8Array(48).fill(7)))
    },
  ),
  breakCase('GPU_ARCHITECTURE_MISMATCH', 'The sender says that the device is of a newer generation.', (made) => {
    made.evidence = encodeGpuEvidence(made.report, made.chain, 'BLACKWELL')
  }),
  breakCase('GPU_SIGNATURE_INVALID', 'One bit of the nonce was changed after signing.', (made) => {
    made.report = made.report.with(4, made.report[4]! ^ 1)
  }),
]

const SKIPPED = 'Named in a skipped check of every report; never thrown.'

/** Codes of the GPU room that no report raises, each with the reason. */
export const GPU_UNBREAKABLE: Readonly<Record<string, string>> = {
  GPU_DEVICE_REPEATED: 'Raised by several reports together, each of which is genuine.',
  GPU_QUESTION_DIFFERS: 'Raised by a device inside the evidence of a machine, each of which is genuine.',
  GPU_REPORT_ABSENT: 'Named in a skipped check of a device inside the evidence of a machine; never thrown.',
  GPU_SENDER_UNCHECKED: SKIPPED,
  GPU_REVOCATION_UNCHECKED: SKIPPED,
  GPU_REFERENCE_UNCHECKED: SKIPPED,
}
