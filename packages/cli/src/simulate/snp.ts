import { createSnpWorld, loadSnpWorld, SNP_BREAKAGES, type SnpWorld, saveSnpWorld } from '@veritee/simulator/snp'
import { jsonOf, type Simulated, type SimulatedKind } from './kind.ts'

export const SNP: SimulatedKind = {
  name: 'snp',
  title: 'a simulated AMD SEV-SNP chip and one report of it',
  root: 'ark.pem',
  question: 'report data, up to 64 bytes',
  registers: { measurement: 'launch measurement, 48 bytes', hostData: 'host data, 32 bytes' },
  breakages: SNP_BREAKAGES.map(({ code }) => code),
  async make(folder, { exists, now, values, reportData, breakage }) {
    const world = exists ? await loadSnpWorld(folder, now) : createSnpWorld({ now })
    if (!exists) await saveSnpWorld(world, folder)
    if (breakage !== undefined) return breakReport(world, breakage)
    return {
      files: {
        'report.bin': world.issueReport({ ...values, ...(reportData === undefined ? {} : { reportData }) }),
        'vcek.der': world.certificate(),
        'chain.pem': world.chain(),
        'crl.der': world.crl(),
      },
      evidence: 'report.bin',
      collateral: ['vcek.der', 'chain.pem', 'crl.der'],
    }
  },
}

function breakReport(world: SnpWorld, code: string): Simulated {
  const { report, evidence, collateral } = SNP_BREAKAGES.find((entry) => entry.code === code)!.apply(world)
  const named = collateral.map((bytes, index) => [`collateral-${index}.bin`, bytes] as const)
  const name = evidence === undefined ? 'report.bin' : 'report.json'
  return {
    files: { [name]: evidence === undefined ? report : jsonOf(evidence), ...Object.fromEntries(named) },
    evidence: name,
    collateral: named.map(([file]) => file),
  }
}
