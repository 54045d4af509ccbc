/** Simulated trusted environments with roots of their own: valid evidence and precisely broken evidence. */
export {
  assembleDraft,
  type CollateralBundle,
  createDcapWorld,
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
