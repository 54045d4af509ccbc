import { createTpmWorld, encodeSingleEvidence, loadTpmWorld, saveTpmWorld, TPM_BREAKAGES } from '@veritee/simulator/tpm'
import { jsonOf, type SimulatedKind } from './kind.ts'

export const TPM: SimulatedKind = {
  name: 'tpm',
  title: 'a simulated TPM with a certified attestation key, and quotes of it',
  root: 'manufacturer.pem',
  question: 'nonce, up to 64 bytes',
  registers: {},
  breakages: TPM_BREAKAGES.map(({ code }) => code),
  async make(folder, { exists, now, reportData, breakage }) {
    const world = exists ? await loadTpmWorld(folder, now) : createTpmWorld({ now })
    if (!exists) await saveTpmWorld(world, folder)
    const evidence =
      breakage === undefined
        ? world.issueEvidence({ shape: 'banked', ...(reportData === undefined ? {} : { nonce: reportData }) })
        : breakEvidence(breakage)
    return { files: { 'evidence.json': jsonOf(evidence) }, evidence: 'evidence.json', collateral: [] }

    function breakEvidence(code: string): unknown {
      const made = TPM_BREAKAGES.find((entry) => entry.code === code)!.apply(world)
      return made.evidence ?? encodeSingleEvidence(made)
    }
  },
}
