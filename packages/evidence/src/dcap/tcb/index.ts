/** TCB levels: matching, evaluation, and what keeps a platform from a better one. */
export { evaluateTcb, type TcbEvidence } from './evaluation.ts'
export { explainShortfall, type ShortfallEvidence } from './shortfall.ts'
export type {
  EnclaveLevel,
  LevelStanding,
  LevelStatus,
  PlatformLevel,
  PlatformSvns,
  TcbComponent,
  TcbEvaluation,
  TcbRemedy,
  TcbShortfall,
  TcbSide,
  TcbStatus,
} from './types.ts'
