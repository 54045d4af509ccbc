import { createSvsmWorld, loadSvsmWorld, SVSM_BREAKAGES, saveSvsmWorld } from '@veritee/simulator/svsm'
import { jsonOf, type SimulatedKind } from './kind.ts'

export const SVSM: SimulatedKind = {
  name: 'svsm',
  title: 'a simulated SEV-SNP guest under an SVSM: its report and the quote of its vTPM',
  root: 'roots.pem',
  question: 'report data and nonce, up to 64 bytes',
  registers: {},
  breakages: SVSM_BREAKAGES.map(({ code }) => code),
  async make(folder, { exists, now, reportData, breakage }) {
    const world = exists ? await loadSvsmWorld(folder, now) : createSvsmWorld({ now })
    if (!exists) await saveSvsmWorld(world, folder)
    const asked = reportData === undefined ? {} : { reportData }
    const evidence =
      breakage === undefined
        ? world.issueEvidence(asked)
        : SVSM_BREAKAGES.find(({ code }) => code === breakage)!.apply(world, asked)
    return {
      files: { 'evidence.json': jsonOf(evidence), 'chain.pem': world.snp.chain(), 'crl.der': world.snp.crl() },
      evidence: 'evidence.json',
      collateral: ['chain.pem', 'crl.der'],
    }
  },
}
