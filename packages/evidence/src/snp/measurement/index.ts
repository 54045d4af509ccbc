/** Launch measurements of SEV, SEV-ES and SNP guests, calculated before they launch. */
export { type LaunchFirmware, type LaunchSection, type LaunchSectionKind, parseLaunchFirmware } from './firmware.ts'
export { type DirectBoot, encodeHashesTable } from './hashes-table.ts'
export { type SnpIdBlock, verifyIdBlock } from './id-block.ts'
export {
  type GuestLaunch,
  measureFirmware,
  measureSevEsLaunch,
  measureSevLaunch,
  measureSnpLaunch,
  measureSvsmLaunch,
  type SvsmLaunch,
} from './measure.ts'
export { signatureOfFamily, signatureOfModel } from './processors.ts'
export type { FloatingPointControl, Hypervisor } from './vmsa.ts'
