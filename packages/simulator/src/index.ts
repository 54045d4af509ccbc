/** Simulated trusted environments with roots of their own: valid evidence and precisely broken evidence. */
export {
  assembleDraft,
  type CaseRules,
  type CollateralBundle,
  createDcapWorld,
  DCAP_BREAKAGES,
  DCAP_UNACCEPTED,
  DCAP_UNBREAKABLE,
  type DcapBreakage,
  type DcapCase,
  type DcapDraft,
  type DcapWorld,
  encodeSgxEvidence,
  encodeTdxEvidence,
  loadWorld,
  type SgxQuoteOptions,
  saveWorld,
  type TcbUpdate,
  type TdReportOptions,
  type TdxQuoteOptions,
  type WorldOptions,
  type WorldRecipe,
  type WorldRoot,
} from './dcap/index.ts'
export { SIMULATOR_ERRORS, SimulatorError, type SimulatorErrorCode } from './errors.ts'
export { type PccsFault, type PccsOptions, type RunningPccs, servePccs } from './pccs/index.ts'
