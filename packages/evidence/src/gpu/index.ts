/** NVIDIA devices: reports, chains, claims. */
export { orderChain as orderGpuChain } from './chain.ts'
export { claimsOfGpu } from './claims.ts'
export { type EnclosedDevices, verifyEnclosedDevices } from './enclosed.ts'
export { parseEnclosedGpuEvidence, parseGpuEvidence } from './evidence-json.ts'
export { parseGpuReport } from './report.ts'
export { type GpuRoot, NVIDIA_ROOT } from './roots.ts'
export type { GpuDevice, GpuReport } from './types.ts'
export {
  checkDistinctDevices,
  type GpuTrust,
  type GpuVerification,
  type VerifiedGpu,
  verifyGpuDevice,
} from './verify.ts'
