/** PCK chains that do not hold. */
import { concatBytes, u16le } from '@veritee/codec/bytes'
import { withExtension, withoutExtension } from '../../x509/extensions.ts'
import { simulatedName } from '../../x509/name.ts'
import { pckExtension } from '../documents/pck-extension.ts'
import { assembleDraft, encodeChain } from '../draft.ts'
import { encodeChainData } from '../quote/quote.ts'
import { createDcapWorld } from '../world.ts'
import { breakCase, breakDraft, type DcapBreakage } from './types.ts'

const ELSEWHERE = { ...simulatedName('Intel SGX Root CA'), locality: 'Elsewhere' }

const ROOT: readonly DcapBreakage[] = [
  breakDraft('DCAP_ROOT_CA_MISSING', 'The root goes by another name.', ({ certificates }) => {
    const name = simulatedName('Simulated Authority')
    certificates.root.subject = name
    certificates.root.issuer = name
    certificates.intermediate.issuer = name
  }),
  breakDraft('DCAP_ROOT_CA_SIGNATURE_INVALID', 'The root is signed by another key than its own.', (draft) => {
    draft.certificates.root.signer = draft.keys.stranger
  }),
  breakDraft('DCAP_ROOT_CA_REVOKED', 'The root is on its own revocation list.', (draft) => {
    draft.rootCrl.revoked = [draft.certificates.root.serial]
  }),
  breakCase('DCAP_ROOT_UNTRUSTED', 'Everything is genuine, in another world.', (made, world) => {
    const other = createDcapWorld({
      now: world.now,
      createdAt: world.recipe.createdAt,
      seed: `not ${world.recipe.seed}`,
    })
    const { quote, collateral } = assembleDraft(other.draft('tdx'))
    Object.assign(made, { quote, collateral })
  }),
  breakCase('DCAP_ROOT_INVALID', 'The root given to trust is cut short.', (made) => {
    made.root = made.root.slice(0, 64)
  }),
]

const INTERMEDIATE: readonly DcapBreakage[] = [
  breakDraft('DCAP_INTERMEDIATE_CA_MISSING', 'The intermediate goes by a name that is no CA.', ({ certificates }) => {
    const name = simulatedName('Intel SGX PCK Platform')
    certificates.intermediate.subject = name
    certificates.pck.issuer = name
  }),
  breakDraft('DCAP_INTERMEDIATE_CA_NAME_UNKNOWN', 'The intermediate is a CA that nobody knows.', ({ certificates }) => {
    const name = simulatedName('Intel SGX PCK Client CA')
    certificates.intermediate.subject = name
    certificates.pck.issuer = name
  }),
  breakDraft('DCAP_INTERMEDIATE_CA_ISSUER_MISMATCH', 'The intermediate names another issuer.', ({ certificates }) => {
    certificates.intermediate.issuer = ELSEWHERE
  }),
  breakDraft('DCAP_INTERMEDIATE_CA_SIGNATURE_INVALID', 'The intermediate is signed by a stranger.', (draft) => {
    draft.certificates.intermediate.signer = draft.keys.stranger
  }),
  breakDraft('DCAP_INTERMEDIATE_CA_REVOKED', 'The intermediate is on the root CRL.', (draft) => {
    draft.rootCrl.revoked = [draft.certificates.intermediate.serial]
  }),
]

const LEAF: readonly DcapBreakage[] = [
  breakDraft('DCAP_PCK_MISSING', 'The leaf goes by a name that is no PCK certificate.', ({ certificates }) => {
    certificates.pck.subject = simulatedName('Simulated Leaf')
  }),
  breakDraft('DCAP_PCK_ISSUER_MISMATCH', 'The leaf names another issuer.', ({ certificates }) => {
    certificates.pck.issuer = { ...certificates.pck.issuer, locality: 'Elsewhere' }
  }),
  breakDraft('DCAP_PCK_SIGNATURE_INVALID', 'The leaf is signed by a stranger.', (draft) => {
    draft.certificates.pck.signer = draft.keys.stranger
  }),
  breakDraft('DCAP_PCK_REVOKED', 'The leaf is on the PCK CRL.', (draft) => {
    draft.pckCrl.revoked = [draft.certificates.pck.serial]
  }),
  breakDraft('DCAP_PCK_EXTENSION_MISSING', 'The leaf has no SGX extension.', ({ certificates, pck }) => {
    certificates.pck.extensions = withoutExtension(certificates.pck.extensions, pckExtension(pck).oid)
  }),
  breakDraft('DCAP_PCK_EXTENSION_INVALID', 'A component SVN of the leaf is 256.', ({ certificates, pck }) => {
    const extension = pckExtension({ ...pck, sgxSvns: pck.sgxSvns.with(0, 256) })
    certificates.pck.extensions = withExtension(certificates.pck.extensions, extension)
  }),
  breakDraft('DCAP_PCK_CHAIN_INVALID', 'The chain lacks the root.', (draft) => {
    const { pck, intermediate } = draft.certificates
    draft.quote.certification = { type: 5, bytes: encodeChainData(encodeChain(pck, intermediate)) }
  }),
  breakDraft('DCAP_PCK_CHAIN_MISSING', 'Neither quote nor collateral carries the chain.', () => {}, {
    certification: 'ppid',
  }),
  {
    code: 'DCAP_CERTIFICATION_DATA_MISMATCH',
    title: 'The certification data states another PCESVN than the PCK certificate.',
    apply(world) {
      const draft = world.draft('tdx', { certification: 'ppid' })
      const { bytes } = draft.quote.certification!
      const lower = u16le(draft.pck.pceSvn - 1)
      draft.quote.certification = { type: 3, bytes: concatBytes(bytes.subarray(0, 400), lower, bytes.subarray(402)) }
      const made = assembleDraft(draft)
      made.collateral.pck_certificate_chain = world.pckChain
      return made
    },
  },
]

export const PCK_CHAIN_BREAKAGES: readonly DcapBreakage[] = [...ROOT, ...INTERMEDIATE, ...LEAF]
