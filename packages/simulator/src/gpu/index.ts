/** A simulated NVIDIA device: vendor, chain, reports. */
export { GPU_BREAKAGES, GPU_UNBREAKABLE, type GpuBreakage } from './breakages.ts'
export type { GpuReportValues } from './report.ts'
export {
  assembleDraft as assembleGpuDraft,
  createGpuWorld,
  encodeGpuEvidence,
  type GpuCase,
  type GpuDraft,
  type GpuWorld,
  loadGpuWorld,
  saveGpuWorld,
} from './world.ts'
