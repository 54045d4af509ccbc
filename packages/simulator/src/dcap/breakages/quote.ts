/** Quotes whose signatures, quoting enclave, module or TCB do not hold. */
import { concatBytes } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { withExtension } from '../../x509/extensions.ts'
import { pckExtension } from '../documents/pck-extension.ts'
import type { DcapDraft } from '../draft.ts'
import { breakCase, breakDraft, type DcapBreakage } from './types.ts'

/** MRTD in a version 4 TDX quote. */
const MRTD_AT = 48 + 136

const SIGNATURES: readonly DcapBreakage[] = [
  breakCase('DCAP_QUOTE_SIGNATURE_INVALID', 'One bit of MRTD was changed after signing.', (made) => {
    made.quote = made.quote.with(MRTD_AT, made.quote[MRTD_AT]! ^ 1)
  }),
  breakDraft('DCAP_ATTESTATION_KEY_INVALID', 'The attestation key is not on the curve.', ({ quote }) => {
    quote.attestationPoint = new Uint8Array(64).fill(1)
  }),
  breakDraft('DCAP_QE_REPORT_SIGNATURE_INVALID', 'The quoting enclave report is signed by a stranger.', (draft) => {
    draft.quote.pckKey = draft.keys.stranger
  }),
  breakDraft('DCAP_QE_REPORT_DATA_MISMATCH', 'The quoting enclave vouches for another attestation key.', (draft) => {
    draft.quote.attestationPoint = draft.keys.stranger.point
    draft.quote.qeReportData = digest('sha256', draft.keys.attestation.point, draft.quote.authData)
  }),
  breakDraft('DCAP_QE_REPORT_DATA_TAIL_NOT_ZERO', 'The quoting enclave report data has a tail.', (draft) => {
    const vouched = digest('sha256', draft.keys.attestation.point, draft.quote.authData)
    draft.quote.qeReportData = concatBytes(vouched, new Uint8Array(32).fill(1))
  }),
]

const QUOTING_ENCLAVE: readonly DcapBreakage[] = [
  breakQe('DCAP_QE_MISCSELECT_MISMATCH', 'The quoting enclave has another MISCSELECT.', { miscSelect: 1 }),
  breakQe('DCAP_QE_ATTRIBUTES_MISMATCH', 'The quoting enclave may not provision.', { attributeFlags: 0x5n }),
  breakQe('DCAP_QE_MRSIGNER_MISMATCH', 'The quoting enclave has another signer.', { mrSigner: 'ab'.repeat(32) }),
  breakQe('DCAP_QE_PRODUCT_MISMATCH', 'The quoting enclave is another product.', { isvProdId: 99 }),
  breakDraft('DCAP_QE_DEBUG', 'The quoting enclave is a debug build, and its identity does not mind.', (draft) => {
    draft.quote.qeReport = { ...draft.quote.qeReport, attributeFlags: 0x17n }
    draft.qeIdentity.value.attributesMask = `F9${draft.qeIdentity.value.attributesMask.slice(2)}`
  }),
]

const MODULE: readonly DcapBreakage[] = [
  breakDraft('DCAP_TDX_MODULE_UNKNOWN', 'The TDX module is of a generation nobody published.', () => {}, {
    teeTcbSvn: '067f03'.padEnd(32, '0'),
  }),
  breakDraft('DCAP_TDX_MODULE_SIGNER_MISMATCH', 'The TDX module has another signer.', () => {}, {
    mrSignerSeam: 'ab'.repeat(48),
  }),
  breakDraft('DCAP_TDX_MODULE_ATTRIBUTES_INVALID', 'The TDX module is a debug build.', () => {}, {
    seamAttributes: 1n,
  }),
]

const LEVELS: readonly DcapBreakage[] = [
  breakDraft('DCAP_TCB_PLATFORM_NOT_SUPPORTED', 'The platform is older than every level.', ({ certificates, pck }) => {
    const extension = pckExtension({ ...pck, sgxSvns: pck.sgxSvns.map(() => 0) })
    certificates.pck.extensions = withExtension(certificates.pck.extensions, extension)
  }),
  breakDraft('DCAP_TCB_MODULE_NOT_SUPPORTED', 'The TDX module is older than every level.', () => {}, {
    teeTcbSvn: '000103'.padEnd(32, '0'),
  }),
  breakQe('DCAP_TCB_QE_NOT_SUPPORTED', 'The quoting enclave is older than every level.', { isvSvn: 0 }),
  breakDraft(
    'DCAP_ADVISORIES_EXCESSIVE',
    'Forty advisories concern the platform.',
    ({ tcbInfo }) => {
      tcbInfo.value.tcbLevels[0]!.advisoryIDs = Array.from({ length: 40 }, (_, i) => `SIMULATED-SA-1${1000 + i}`)
    },
    {},
    { rules: 'parity' },
  ),
]

export const QUOTE_BREAKAGES: readonly DcapBreakage[] = [...SIGNATURES, ...QUOTING_ENCLAVE, ...MODULE, ...LEVELS]

function breakQe(code: string, title: string, values: DcapDraft['quote']['qeReport']): DcapBreakage {
  return breakDraft(code, title, ({ quote }) => {
    quote.qeReport = { ...quote.qeReport, ...values }
  })
}
