/** Certificates that break the rules every certificate of these chains keeps; it is the leaf that breaks them here. */
import { EXTENSION_OIDS } from '@veritee/codec/x509'
import { authorityKeyId, basicConstraints, keyUsage, withExtension, withoutExtension } from '../../x509/extensions.ts'
import { breakDraft, type DcapBreakage } from './types.ts'

export const PROFILE_BREAKAGES: readonly DcapBreakage[] = [
  breakDraft(
    'DCAP_CERTIFICATE_AUTHORITY_KEY_MISMATCH',
    'The leaf names the key of a stranger as its issuer.',
    (draft) => {
      const { pck } = draft.certificates
      pck.extensions = withExtension(pck.extensions, authorityKeyId(draft.keys.stranger.id))
    },
  ),
  breakDraft('DCAP_CERTIFICATE_CONSTRAINTS_INVALID', 'The leaf says it is a CA.', ({ certificates: { pck } }) => {
    pck.extensions = withExtension(pck.extensions, basicConstraints(true, 0))
  }),
  breakDraft('DCAP_CERTIFICATE_KEY_USAGE_INVALID', 'The leaf may not sign.', ({ certificates: { pck } }) => {
    pck.extensions = withExtension(pck.extensions, keyUsage('keyAgreement'))
  }),
  breakDraft('DCAP_CERTIFICATE_ALGORITHM_INVALID', 'The leaf says it is signed with SHA-384.', ({ certificates }) => {
    certificates.pck.signatureOid = '1.2.840.10045.4.3.3'
  }),
  breakDraft('DCAP_CERTIFICATE_EXTENSION_MISSING', 'The leaf names no CRL distribution point.', ({ certificates }) => {
    const { extensions } = certificates.pck
    certificates.pck.extensions = withoutExtension(extensions, EXTENSION_OIDS.crlDistributionPoints)
  }),
  breakDraft('DCAP_CERTIFICATE_EXTENSION_UNKNOWN', 'The leaf has a critical extension nobody knows.', (draft) => {
    const extension = { oid: '1.3.6.1.4.1.99999.1', critical: true, value: Uint8Array.of(5, 0) }
    draft.certificates.pck.extensions = withExtension(draft.certificates.pck.extensions, extension)
  }),
  breakDraft('DCAP_CERTIFICATE_NOT_YET_VALID', 'The leaf is valid from tomorrow.', (draft) => {
    draft.certificates.pck.notBefore = draft.now + 86_400
  }),
  breakDraft('DCAP_CERTIFICATE_EXPIRED', 'The leaf expired a second ago.', (draft) => {
    draft.certificates.pck.notAfter = draft.now - 1
  }),
]
