import { join } from 'node:path'
import { parseJson } from '@veritee/codec/json'
import { createDcapWorld, encodeTdxEvidence, loadWorld, saveWorld } from '@veritee/simulator'
import { createGpuWorld, loadGpuWorld, saveGpuWorld } from '@veritee/simulator/gpu'
import { makeFolder } from '../output/file.ts'
import { jsonOf, type SimulatedKind } from './kind.ts'

/** Hexadecimal digits of the nonce that a device takes. */
const NONCE_DIGITS = 64

export const COMPOSITE: SimulatedKind = {
  name: 'composite',
  title: 'a simulated TDX machine with a simulated NVIDIA device beside it',
  root: 'root.pem',
  question: 'report data of the machine, up to 64 bytes; the device answers the first 32',
  registers: {},
  breakages: ['COMPOSITE_EVIDENCE_JSON', 'GPU_SIGNATURE_INVALID'],
  async make(folder, { exists, now, reportData = '', breakage }) {
    const world = exists ? await loadWorld(folder, now) : createDcapWorld({ now })
    const beside = join(folder, 'device')
    const device = exists ? await loadGpuWorld(beside, now) : createGpuWorld({ now })
    if (!exists) {
      makeFolder(beside)
      await saveWorld(world, folder)
      await saveGpuWorld(device, beside)
    }
    const machine = parseJson(encodeTdxEvidence(world.issueTdxQuote({ reportData })))
    const nonce = reportData.slice(0, NONCE_DIGITS)
    const report = device.issueReport({ nonce })
    const nvidia = device.issueEvidence({ nonce })
    if (breakage === 'GPU_SIGNATURE_INVALID') {
      const [entry] = nvidia['device_evidence_list'] as { evidence: string }[]
      entry!.evidence = Buffer.from(report.with(4, report[4]! ^ 1)).toString('base64')
    }
    const additional = breakage === 'COMPOSITE_EVIDENCE_JSON' ? { nvidia } : JSON.stringify({ nvidia })
    return {
      files: {
        'evidence.json': jsonOf({ primary_evidence: machine, additional_evidence: additional }),
        'collateral.json': jsonOf(world.collateral('tdx')),
      },
      evidence: 'evidence.json',
      collateral: ['collateral.json'],
      options: `--trust-simulated-root ${join(beside, 'root.pem')}`,
    }
  },
}
