import {
  CSV_BREAKAGES,
  createCsvEventLog,
  createCsvWorld,
  encodeCsvEvidence,
  loadCsvWorld,
  saveCsvWorld,
} from '@veritee/simulator/csv'
import { CliError } from '../errors.ts'
import { jsonOf, type Simulated, type SimulatedKind } from './kind.ts'

const HSK_BYTES = 832

export const CSV: SimulatedKind = {
  name: 'csv',
  title: 'a simulated Hygon CSV chip and evidence of it',
  root: 'hrk.pem',
  question: 'report data, up to 64 bytes',
  registers: {
    reportVersion: 'report version, 2 or the experimental 3 (default: 2)',
    measure: 'launch measurement, 32 bytes',
    hostData: 'host data, 64 bytes, in version 3 alone',
  },
  // A page of another size is refused as evidence JSON already.
  breakages: CSV_BREAKAGES.map(({ code }) => code).filter((code) => code !== 'CSV_REPORT_SIZE'),
  async make(folder, { exists, now, values, reportData, breakage }) {
    const world = exists ? await loadCsvWorld(folder) : createCsvWorld({ now })
    if (!exists) await saveCsvWorld(world, folder)
    if (breakage !== undefined) {
      const { evidence, hskCek, ...parts } = CSV_BREAKAGES.find(({ code }) => code === breakage)!.apply(world)
      // The chain goes into the evidence: of files beside it, only those that fit together are taken up.
      const chain = hskCek === undefined ? {} : { hsk: hskCek.slice(0, HSK_BYTES), cek: hskCek.slice(HSK_BYTES) }
      return writeEvidence(evidence ?? encodeCsvEvidence({ ...parts, ...chain }), undefined)
    }
    const { reportVersion = '2', ...fields } = values
    const version = readVersion(reportVersion)
    const asked = reportData === undefined ? {} : { reportData }
    const eventLog = createCsvEventLog()
    const judged = writeEvidence(world.issueEvidence({ version, ...fields, ...asked, eventLog }), world.hskCek)
    const made = { ...judged, files: { ...judged.files, 'event-log.bin': eventLog } }
    return version === 3 ? { ...made, options: '--allow-experimental' } : made
  },
}

function readVersion(text: string): 2 | 3 {
  if (text === '2' || text === '3') return text === '2' ? 2 : 3
  throw new CliError('CLI_ARGUMENT_INVALID', '--report-version does not take this value.', {
    details: { path: '--report-version', expected: ['2', '3'], actual: text },
  })
}

/** Evidence JSON, and HSK with CEK where somebody fetched them. */
export function writeEvidence(evidence: unknown, hskCek: Uint8Array | undefined): Simulated {
  const chip: Record<string, Uint8Array> = hskCek === undefined ? {} : { 'hsk_cek.cert': hskCek }
  return {
    files: { 'evidence.json': jsonOf(evidence), ...chip },
    evidence: 'evidence.json',
    collateral: Object.keys(chip),
  }
}
