/** Simulated Hygon DCU accelerators. */
export { DCU_BREAKAGES, DCU_UNBREAKABLE, type DcuBreakage } from './breakages.ts'
export {
  assembleDraft as assembleDcuDraft,
  createDcuWorld,
  type DcuCase,
  type DcuDraft,
  type DcuReportTemplate,
  type DcuReportValues,
  type DcuWorld,
  loadDcuWorld,
  saveDcuWorld,
} from './world.ts'
