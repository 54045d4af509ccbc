import { createDcuWorld, DCU_BREAKAGES, loadDcuWorld, saveDcuWorld } from '@veritee/simulator/dcu'
import { writeEvidence } from './csv.ts'
import type { SimulatedKind } from './kind.ts'

export const DCU: SimulatedKind = {
  name: 'dcu',
  title: 'a simulated Hygon DCU accelerator and a report of it',
  root: 'hrk.pem',
  question: 'user data, up to 64 bytes',
  registers: { measure: 'measurement, 32 bytes' },
  breakages: DCU_BREAKAGES.map(({ code }) => code),
  async make(folder, { exists, now, values, reportData, breakage }) {
    const world = exists ? await loadDcuWorld(folder) : createDcuWorld({ now })
    if (!exists) await saveDcuWorld(world, folder)
    if (breakage !== undefined) {
      const { evidence, hskCek } = DCU_BREAKAGES.find(({ code }) => code === breakage)!.apply(world)
      return writeEvidence(evidence, hskCek)
    }
    const asked = reportData === undefined ? {} : { userData: reportData }
    return writeEvidence(world.issueEvidence({ ...values, ...asked }), world.hskCek)
  },
}
