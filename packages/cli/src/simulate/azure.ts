import {
  AZURE_BREAKAGES,
  type AzureWorld,
  createAzureWorld,
  loadAzureWorld,
  saveAzureWorld,
} from '@veritee/simulator/azure'
import { jsonOf, type SimulatedKind } from './kind.ts'

export const AZURE: readonly SimulatedKind[] = [
  kindOver('snp', 'an SEV-SNP report', 'AMD SEV-SNP'),
  kindOver('tdx', 'a TDX quote', 'Intel TDX'),
]

function kindOver(tee: 'snp' | 'tdx', report: string, hardware: string): SimulatedKind {
  const breakages = AZURE_BREAKAGES.filter((entry) => (entry.tee ?? tee) === tee)
  return {
    name: `az-${tee}-vtpm`,
    title: `a simulated Azure machine over ${hardware}: the quote of its vTPM and ${report}`,
    root: 'root.pem',
    question: 'nonce of the vTPM, up to 64 bytes',
    registers: { userData: 'user data of the runtime data, up to 64 bytes' },
    breakages: breakages.map(({ code }) => code),
    async make(folder, { exists, now, values, reportData, breakage }) {
      const world = exists ? await loadAzureWorld(folder, now) : createAzureWorld({ now, tee })
      if (!exists) await saveAzureWorld(world, folder)
      const asked = reportData === undefined ? {} : { nonce: reportData }
      const evidence =
        breakage === undefined
          ? world.issueEvidence({ ...values, ...asked })
          : breakages.find(({ code }) => code === breakage)!.apply(world)
      const collateral = collateralOf(world)
      return {
        files: { 'evidence.json': jsonOf(evidence), ...collateral },
        evidence: 'evidence.json',
        collateral: Object.keys(collateral),
      }
    },
  }
}

/** What judges the hardware beneath; the VCEK comes with the evidence. */
function collateralOf({ snp, dcap }: AzureWorld): Record<string, string | Uint8Array> {
  return {
    ...(snp === undefined ? {} : { 'chain.pem': snp.chain(), 'crl.der': snp.crl() }),
    ...(dcap === undefined ? {} : { 'collateral.json': jsonOf(dcap.collateral('tdx')) }),
  }
}
