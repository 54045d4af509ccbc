import { createGpuWorld, encodeGpuEvidence, GPU_BREAKAGES, loadGpuWorld, saveGpuWorld } from '@veritee/simulator/gpu'
import { jsonOf, type SimulatedKind } from './kind.ts'

export const GPU: SimulatedKind = {
  name: 'gpu',
  title: 'a simulated NVIDIA device and a report of it',
  root: 'root.pem',
  question: 'nonce, up to 32 bytes',
  registers: {},
  breakages: GPU_BREAKAGES.map(({ code }) => code),
  async make(folder, { exists, now, reportData, breakage }) {
    const world = exists ? await loadGpuWorld(folder, now) : createGpuWorld({ now })
    if (!exists) await saveGpuWorld(world, folder)
    const issue = () => world.issueEvidence(reportData === undefined ? {} : { nonce: reportData })
    const evidence = breakage === undefined ? issue() : breakEvidence(breakage)
    return { files: { 'evidence.json': jsonOf(evidence) }, evidence: 'evidence.json', collateral: [] }

    function breakEvidence(code: string): unknown {
      const { report, chain, evidence } = GPU_BREAKAGES.find((entry) => entry.code === code)!.apply(world)
      return evidence ?? encodeGpuEvidence(report, chain)
    }
  },
}
