/** Documents that are broken in precisely one way, for every way that verification knows. */
import { type Breakage, type Breakers, createBreakers } from '../breakage.ts'
import { basicConstraints, withExtension } from '../x509/extensions.ts'
import type { EnclaveDocumentValues } from './document.ts'
import { assembleDraft, createEnclaveWorld, type EnclaveCase, type EnclaveDraft, type EnclaveWorld } from './world.ts'

/** A document that is genuine but for one thing, and the code that must refuse it. */
export type EnclaveBreakage = Breakage<EnclaveWorld, EnclaveCase>

const { breakDraft, breakCase }: Breakers<EnclaveWorld, EnclaveDraft, EnclaveCase, EnclaveDocumentValues> =
  createBreakers(assembleDraft)

/** One broken case for each error code that verifying a document can raise. */
export const ENCLAVE_BREAKAGES: readonly EnclaveBreakage[] = [
  breakCase('ENCLAVE_EVIDENCE_JSON', 'The document inside the evidence is no base64.', (made) => {
    made.evidence = { document: '***' }
  }),
  breakDraft('ENCLAVE_DOCUMENT_MALFORMED', 'The document has no registers.', ({ document }) => {
    document.members.delete('pcrs')
  }),
  breakDraft('ENCLAVE_DOCUMENT_ALGORITHM', 'The document says that it is signed with ES256.', ({ document }) => {
    document.algorithm = 'ES256'
  }),
  breakDraft('ENCLAVE_CHAIN_MALFORMED', 'The certificate of the document is an empty sequence.', ({ document }) => {
    document.members.set('certificate', Uint8Array.of(0x30, 0))
  }),
  breakDraft('ENCLAVE_CHAIN_ISSUER', 'The certificate names another issuer than the next one.', ({ certificates }) => {
    certificates.leaf.issuer = certificates.root.subject
  }),
  breakDraft(
    'ENCLAVE_CHAIN_CONSTRAINTS',
    'The authority of the instance is none.',
    ({ certificates: { instance } }) => {
      instance.extensions = withExtension(instance.extensions, basicConstraints(false))
    },
  ),
  breakDraft('ENCLAVE_CHAIN_SIGNATURE', 'The certificate of the document is signed by a stranger.', (draft) => {
    draft.certificates.leaf.signer = draft.keys.stranger
  }),
  breakDraft(
    'ENCLAVE_CHAIN_DATES',
    'The certificate of the document expired a second ago.',
    ({ certificates, now }) => {
      certificates.leaf.notAfter = now - 1
    },
  ),
  breakCase('ENCLAVE_CHAIN_ROOT', 'Everything is genuine, of another platform.', (made, { recipe, now }) => {
    made.root = createEnclaveWorld({ now, seed: `not ${recipe.seed}` }).root
  }),
  breakDraft('ENCLAVE_TIMESTAMP_INVALID', 'The document was made an hour from now.', ({ document, now }) => {
    document.members.set('timestamp', (now + 3600) * 1000)
  }),
  breakDraft('ENCLAVE_SIGNATURE_INVALID', 'A stranger signed the document.', ({ document, keys }) => {
    document.signer = keys.stranger
  }),
]

/** One genuine case for each finding that the default acceptance rules raise; `code` is that of the finding. */
export const ENCLAVE_UNACCEPTED: readonly EnclaveBreakage[] = [
  breakDraft('ENCLAVE_DEBUG_ALLOWED', 'The enclave runs in debug mode.', () => {}, { debug: true }),
]

/** Codes of the enclave room that no document raises, each with the reason. */
export const ENCLAVE_UNBREAKABLE: Readonly<Record<string, string>> = {
  ENCLAVE_REVOCATION_UNCHECKED: 'Named in a skipped check of every document; never thrown.',
}
