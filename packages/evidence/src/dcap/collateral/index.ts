/** Intel's collateral: bundles and the documents in them. Nothing here verifies. */
export {
  encodeCrlText,
  encodeDcapCollateral,
  parseDcapCollateral,
  type SignedText,
  splitSignedDocument,
} from './bundle.ts'
export { formatDateTime, parseDateTime } from './date.ts'
export { parseQeIdentity } from './qe-identity.ts'
export { type DocumentOptions, parseTcbInfo } from './tcb-info.ts'
export type {
  DcapCollateral,
  DocumentDates,
  EnclaveIdentityId,
  QeIdentity,
  TcbInfo,
  TdxModule,
  TdxModuleIdentity,
} from './types.ts'
