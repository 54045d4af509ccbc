import { issueSampleEvidence, SAMPLE_BREAKAGES } from '@veritee/simulator/sample'
import { CliError } from '../errors.ts'
import { jsonOf, type SimulatedKind } from './kind.ts'

export const SAMPLE: SimulatedKind = {
  name: 'sample',
  title: 'sample evidence, behind which nothing stands: for tests of what comes after it',
  question: 'report data, of any length',
  registers: { shape: 'measured, with a register and its log, or bare (default: measured)' },
  breakages: SAMPLE_BREAKAGES.map(({ code }) => code),
  async make(_folder, { values, reportData, breakage }) {
    const { shape = 'measured' } = values
    if (shape !== 'measured' && shape !== 'bare') {
      throw new CliError('CLI_ARGUMENT_INVALID', '--shape does not take this value.', {
        details: { path: '--shape', expected: ['measured', 'bare'], actual: shape },
      })
    }
    const evidence =
      breakage === undefined
        ? issueSampleEvidence({ shape, ...(reportData === undefined ? {} : { reportData }) })
        : SAMPLE_BREAKAGES.find(({ code }) => code === breakage)!.apply()
    return {
      files: { 'evidence.json': jsonOf(evidence) },
      evidence: 'evidence.json',
      collateral: [],
      options: '--tee sample',
    }
  },
}
