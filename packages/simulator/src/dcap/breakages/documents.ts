/** TCB info and quoting enclave identities that are not current, not genuine, or about something else. */
import { formatDateTime } from '@veritee/evidence/dcap/collateral'
import { simulatedName } from '../../x509/name.ts'
import { encodeChain } from '../draft.ts'
import { breakCase, breakDraft, type DcapBreakage } from './types.ts'

const DAY = 86_400

const TCB_INFO: readonly DcapBreakage[] = [
  breakDraft('DCAP_TCB_INFO_INVALID', 'A TCB level has fifteen components.', ({ tcbInfo }) => {
    tcbInfo.value.tcbLevels[0]!.tcb.sgxtcbcomponents.pop()
  }),
  breakDraft('DCAP_TCB_INFO_VERSION_UNSUPPORTED', 'TCB info says version 4.', ({ tcbInfo }) => {
    tcbInfo.value.version = 4
  }),
  breakCase('DCAP_TCB_INFO_SIGNATURE_INVALID', 'TCB info was formatted anew after signing.', ({ collateral }) => {
    collateral.tcb_info = reformat(collateral.tcb_info)
  }),
  breakDraft('DCAP_TCB_INFO_TEE_MISMATCH', 'TCB info is that for SGX.', (draft, world) => {
    draft.tcbInfo = world.draft('sgx').tcbInfo
  }),
  breakDraft('DCAP_TCB_INFO_FMSPC_MISMATCH', 'TCB info is of another platform family.', ({ tcbInfo }) => {
    tcbInfo.value.fmspc = 'FFFFFFFFFFFF'
  }),
  breakDraft('DCAP_TCB_INFO_PCEID_MISMATCH', 'TCB info is of another provisioning enclave.', ({ tcbInfo }) => {
    tcbInfo.value.pceId = 'FFFF'
  }),
  breakDraft('DCAP_TCB_INFO_EXPIRED', 'TCB info was due for an update a second ago.', ({ tcbInfo, now }) => {
    tcbInfo.value.issueDate = formatDateTime(now - DAY)
    tcbInfo.value.nextUpdate = formatDateTime(now - 1)
  }),
  breakDraft('DCAP_TCB_INFO_NOT_YET_VALID', 'TCB info is of tomorrow.', ({ tcbInfo, now }) => {
    tcbInfo.value.issueDate = formatDateTime(now + DAY)
  }),
]

const QE_IDENTITY: readonly DcapBreakage[] = [
  breakCase('DCAP_QE_IDENTITY_MISSING', 'The collateral leaves the quoting enclave identity out.', ({ collateral }) => {
    Reflect.deleteProperty(collateral, 'qe_identity')
    Reflect.deleteProperty(collateral, 'qe_identity_signature')
  }),
  breakDraft('DCAP_QE_IDENTITY_INVALID', 'The identity has no level.', ({ qeIdentity }) => {
    qeIdentity.value.tcbLevels = []
  }),
  breakDraft('DCAP_QE_IDENTITY_VERSION_UNSUPPORTED', 'The identity says version 3.', ({ qeIdentity }) => {
    qeIdentity.value.version = 3
  }),
  breakCase(
    'DCAP_QE_IDENTITY_SIGNATURE_INVALID',
    'The identity was formatted anew after signing.',
    ({ collateral }) => {
      collateral.qe_identity = reformat(collateral.qe_identity)
    },
  ),
  breakDraft('DCAP_QE_IDENTITY_TEE_MISMATCH', 'The identity is that of the SGX quoting enclave.', (draft, world) => {
    draft.qeIdentity = world.draft('sgx').qeIdentity
  }),
  breakDraft('DCAP_QE_IDENTITY_EXPIRED', 'The identity was due for an update a second ago.', ({ qeIdentity, now }) => {
    qeIdentity.value.issueDate = formatDateTime(now - DAY)
    qeIdentity.value.nextUpdate = formatDateTime(now - 1)
  }),
  breakDraft('DCAP_QE_IDENTITY_NOT_YET_VALID', 'The identity is of tomorrow.', ({ qeIdentity, now }) => {
    qeIdentity.value.issueDate = formatDateTime(now + DAY)
  }),
]

const SIGNER: readonly DcapBreakage[] = [
  breakDraft('DCAP_TCB_SIGNER_MISSING', 'The signer goes by a name that signs no TCB.', ({ certificates }) => {
    certificates.tcbSigner.subject = simulatedName('Simulated Signer')
  }),
  breakDraft(
    'DCAP_TCB_SIGNER_ISSUER_MISMATCH',
    'The signer names another issuer.',
    ({ certificates: { tcbSigner } }) => {
      tcbSigner.issuer = { ...tcbSigner.issuer, locality: 'Elsewhere' }
    },
  ),
  breakDraft('DCAP_TCB_SIGNER_SIGNATURE_INVALID', 'The signer is certified by a stranger.', (draft) => {
    draft.certificates.tcbSigner.signer = draft.keys.stranger
  }),
  breakDraft('DCAP_TCB_SIGNER_REVOKED', 'The signer is on the root CRL.', (draft) => {
    draft.rootCrl.revoked = [draft.certificates.tcbSigner.serial]
  }),
  breakCase('DCAP_TCB_SIGNING_CHAIN_INVALID', 'The issuer chain of TCB info lacks the root.', (made, world) => {
    made.collateral.tcb_info_issuer_chain = encodeChain(world.draft('tdx').certificates.tcbSigner)
  }),
  breakCase(
    'DCAP_TCB_SIGNING_CHAIN_UNTRUSTED',
    'The issuer chain of TCB info ends in another certificate of the root key than the trusted one.',
    (made, world) => {
      const { tcbSigner, root } = world.draft('tdx').certificates
      const reissued = { ...root, serial: Uint8Array.of(7) }
      made.collateral.tcb_info_issuer_chain = encodeChain(tcbSigner, reissued)
    },
    {},
    { rules: 'parity' },
  ),
]

const BUNDLE: readonly DcapBreakage[] = [
  breakCase('DCAP_COLLATERAL_INVALID', 'The bundle leaves the root CRL out.', ({ collateral }) => {
    Reflect.deleteProperty(collateral, 'root_ca_crl')
  }),
  breakCase('DCAP_COLLATERAL_EXCESSIVE', 'The PCK CRL is eight megabytes of zeros.', ({ collateral }) => {
    collateral.pck_crl = '0'.repeat(8 << 20)
  }),
]

export const DOCUMENT_BREAKAGES: readonly DcapBreakage[] = [...TCB_INFO, ...QE_IDENTITY, ...SIGNER, ...BUNDLE]

function reformat(text: string): string {
  return JSON.stringify(JSON.parse(text), undefined, 2)
}
