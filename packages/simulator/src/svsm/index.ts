/** A simulated SNP guest under an SVSM, with its vTPM. */
export { SVSM_BREAKAGES, type SvsmBreakage } from './breakages.ts'
export {
  assembleDraft as assembleSvsmDraft,
  createSvsmWorld,
  loadSvsmWorld,
  type SvsmDraft,
  type SvsmIssueOptions,
  type SvsmWorld,
  saveSvsmWorld,
} from './world.ts'
