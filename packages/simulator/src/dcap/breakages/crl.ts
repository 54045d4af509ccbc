/** Revocation lists that are not their issuer's current, full and unaltered list. */
import { EXTENSION_OIDS } from '@veritee/codec/x509'
import type { CrlTemplate } from '../../x509/crl.ts'
import { authorityKeyId, withExtension, withoutExtension } from '../../x509/extensions.ts'
import { createCrl } from '../authorities.ts'
import type { DcapDraft } from '../draft.ts'
import { breakCase, breakDraft, type DcapBreakage } from './types.ts'

type List = 'rootCrl' | 'pckCrl'

export const CRL_BREAKAGES: readonly DcapBreakage[] = [
  ...createListBreakages('rootCrl', 'ROOT_CRL', 'root CRL', 'root_ca_crl'),
  ...createListBreakages('pckCrl', 'PCK_CRL', 'PCK CRL', 'pck_crl'),
  breakDraft('DCAP_ROOT_CRL_ISSUER_MISMATCH', 'The PCK CRL stands in the place of the root CRL.', (draft) => {
    draft.rootCrl = draft.pckCrl
  }),
  breakDraft('DCAP_PCK_CRL_ISSUER_MISMATCH', 'The PCK CRL is that of the other CA.', (draft, { recipe }) => {
    draft.pckCrl = createCrl(draft.keys, recipe.ca === 'platform' ? 'processor' : 'platform', draft.now)
  }),
]

/** What can be wrong with either list. */
function createListBreakages(
  list: List,
  room: 'ROOT_CRL' | 'PCK_CRL',
  name: string,
  member: 'root_ca_crl' | 'pck_crl',
): readonly DcapBreakage[] {
  const edit = (change: (crl: CrlTemplate, draft: DcapDraft) => void) => (draft: DcapDraft) =>
    change(draft[list], draft)
  return [
    breakCase(`DCAP_${room}_INVALID`, `The ${name} is cut short.`, ({ collateral }) => {
      collateral[member] = collateral[member].slice(0, 100)
    }),
    breakDraft(
      `DCAP_${room}_SIGNATURE_INVALID`,
      `The ${name} is signed by a stranger.`,
      edit((crl, { keys }) => {
        crl.signer = keys.stranger
      }),
    ),
    breakDraft(
      `DCAP_${room}_AUTHORITY_KEY_MISMATCH`,
      `The ${name} names the key of a stranger as its issuer.`,
      edit((crl, { keys }) => {
        crl.extensions = withExtension(crl.extensions, authorityKeyId(keys.stranger.id))
      }),
    ),
    breakDraft(
      `DCAP_${room}_EXTENSION_MISSING`,
      `The ${name} does not name its issuer's key.`,
      edit((crl) => {
        crl.extensions = withoutExtension(crl.extensions, EXTENSION_OIDS.authorityKeyId)
      }),
    ),
    breakDraft(
      `DCAP_${room}_EXTENSION_UNKNOWN`,
      `The ${name} is a partial list.`,
      edit((crl) => {
        const partial = { oid: EXTENSION_OIDS.issuingDistributionPoint, critical: true, value: Uint8Array.of(0x30, 0) }
        crl.extensions = withExtension(crl.extensions, partial)
      }),
    ),
    breakDraft(
      `DCAP_${room}_EXPIRED`,
      `The ${name} was due for an update a second ago.`,
      edit((crl, { now }) => {
        crl.thisUpdate = now - 86_400
        crl.nextUpdate = now - 1
      }),
    ),
    breakDraft(
      `DCAP_${room}_NOT_YET_VALID`,
      `The ${name} is of tomorrow.`,
      edit((crl, { now }) => {
        crl.thisUpdate = now + 86_400
      }),
    ),
  ]
}
