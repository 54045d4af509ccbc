/** Certificates and revocation lists that do not carry the report. */
import { encodeUtf8 } from '@veritee/codec/bytes'
import { encodeSnpEvidence, parseSnpReport } from '@veritee/evidence/snp'
import { pssSigner } from '../../crypto/rsa.ts'
import { basicConstraints, withExtension, withoutExtension } from '../../x509/extensions.ts'
import { snpName } from '../authorities.ts'
import { encodeCertificateTable, TABLE_GUIDS } from '../certificate-table.ts'
import { hardwareIdExtension, productNameExtension, VEK_OIDS } from '../vek-extensions.ts'
import { createSnpWorld } from '../world.ts'
import { breakCase, breakDraft, type SnpBreakage } from './types.ts'

const ELSEWHERE = snpName('SEV-Elsewhere')

const VEK: readonly SnpBreakage[] = [
  breakCase('SNP_VEK_MISSING', 'No endorsement key certificate came along.', (made) => {
    made.collateral = made.collateral.slice(1)
  }),
  breakCase('SNP_VEK_INVALID', 'The endorsement key certificate inside the evidence is cut short.', (made) => {
    const [vcek, ...others] = made.collateral
    made.evidence = encodeSnpEvidence(parseSnpReport(made.report), [{ kind: 'VCEK', bytes: vcek!.slice(0, -1) }])
    made.collateral = others
  }),
  breakCase('SNP_VEK_ROLE', 'The report is signed by the VCEK, and a VLEK certificate came along.', (made, world) => {
    made.collateral = [world.certificate('vlek'), encodeUtf8(world.chain('vlek'))]
  }),
  breakDraft('SNP_VEK_EXTENSION', 'The certificate does not say a microcode level.', ({ certificates: { vek } }) => {
    vek.extensions = withoutExtension(vek.extensions, VEK_OIDS.microcode)
  }),
  breakDraft('SNP_VEK_PRODUCT', 'The certificate is for another processor generation.', (draft, { product, tcb }) => {
    const { vek } = draft.certificates
    const other = productNameExtension(product === 'Turin' ? 'Milan-B0' : 'Turin-B0')
    const id = hardwareIdExtension(new Uint8Array(product === 'Turin' ? 64 : 8).fill(1))
    const fmc = { oid: VEK_OIDS.fmc, value: Uint8Array.of(2, 1, tcb.fmc ?? 0) }
    vek.extensions = [other, id, fmc].reduce(withExtension, vek.extensions)
  }),
  breakDraft('SNP_VEK_TCB', 'The certificate is for an older microcode.', ({ certificates: { vek } }) => {
    vek.extensions = withExtension(vek.extensions, { oid: VEK_OIDS.microcode, value: Uint8Array.of(2, 1, 1) })
  }),
  breakDraft('SNP_VEK_HWID', 'The certificate is for another chip.', ({ certificates: { vek } }, { hardwareId }) => {
    const other = hardwareId.map((byte) => byte ^ 0xff)
    vek.extensions = withExtension(vek.extensions, hardwareIdExtension(other))
  }),
]

const TABLE: readonly SnpBreakage[] = [
  breakCase('SNP_CERTIFICATE_TABLE', 'The table of the host points beyond what 32 bits can hold.', (made) => {
    const [vcek, ...others] = made.collateral
    const entry = { guid: TABLE_GUIDS.vcek, bytes: vcek!, offset: 0xffff_ffff }
    made.collateral = [encodeCertificateTable([entry]), ...others]
  }),
]

const CHAIN: readonly SnpBreakage[] = [
  breakCase('SNP_CHAIN_INCOMPLETE', 'Only the endorsement key certificate came along.', (made) => {
    made.collateral = made.collateral.slice(0, 1)
  }),
  breakCase('SNP_CHAIN_ROOT', 'Everything is genuine, in another world.', (made, { recipe, now }) => {
    const { product, authorityBits, createdAt } = recipe
    made.root = createSnpWorld({ product, authorityBits, createdAt, now, seed: `not ${recipe.seed}` }).root
  }),
  breakDraft('SNP_CHAIN_ISSUER', 'The certificate names an issuer of another generation.', ({ certificates }) => {
    certificates.vek.issuer = ELSEWHERE
    certificates.intermediate.subject = ELSEWHERE
  }),
  breakDraft('SNP_CHAIN_CONSTRAINTS', 'The intermediate is no authority.', ({ certificates: { intermediate } }) => {
    intermediate.extensions = withExtension(intermediate.extensions, basicConstraints(false))
  }),
  breakDraft('SNP_CHAIN_SIGNATURE', 'The endorsement key certificate is signed by the root.', (draft) => {
    draft.certificates.vek.signer = pssSigner(draft.keys.ark, 'sha384')
  }),
  breakDraft('SNP_CHAIN_EXPIRED', 'The endorsement key certificate expired a second ago.', (draft) => {
    draft.certificates.vek.notAfter = draft.now - 1
  }),
  breakDraft('SNP_CHAIN_NOT_YET_VALID', 'The endorsement key certificate is valid from tomorrow.', (draft) => {
    draft.certificates.vek.notBefore = draft.now + 86_400
  }),
]

const CRL: readonly SnpBreakage[] = [
  breakDraft('SNP_CRL_INVALID', 'The revocation list is signed by the intermediate.', (draft) => {
    draft.crl.signer = pssSigner(draft.keys.ask, 'sha384')
  }),
  breakDraft('SNP_CRL_EXPIRED', 'The revocation list was to be renewed a second ago.', ({ crl, now }) => {
    crl.nextUpdate = now - 1
  }),
  breakDraft('SNP_CRL_REVOKED', 'The intermediate is on the revocation list.', ({ crl, certificates }) => {
    crl.revoked = [certificates.intermediate.serial]
  }),
]

export const CHAIN_BREAKAGES: readonly SnpBreakage[] = [...TABLE, ...VEK, ...CHAIN, ...CRL]
