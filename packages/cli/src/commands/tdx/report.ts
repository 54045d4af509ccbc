import { parseTdReport, verifyTdReportHashes } from '@veritee/evidence/dcap'
import { recognizeEvidence } from '@veritee/evidence/recognize'
import type { Command } from 'commander'
import { CliError } from '../../errors.ts'
import { readInput } from '../../input/file.ts'
import type { Io } from '../../io.ts'
import { writeOutput } from '../../output/file.ts'
import type { Face } from '../../program.ts'
import { createPaint } from '../../render/paint.ts'
import { readChoice } from '../../tdx/arguments.ts'
import { type LiveEvidence, takeTdReport } from '../../tdx/live.ts'
import { describeTdReport, nameAttributes, nameFeatures } from '../../tdx/report-text.ts'

/** A file of this size is read as a report, whatever it holds: its parser says what is wrong. */
const REPORT_BYTES = 1024

interface ReportOptions {
  readonly live?: boolean
  readonly attester: string
  readonly world?: string
  readonly out?: string
  readonly byteOrder: string
  readonly json?: boolean
}

const EXAMPLES = `
A report is local: only the processor that made it can check its MAC. Both inner hashes are recomputed here.

Examples:
  $ veritee tdx report parse report.dat
  $ sudo veritee tdx report parse --live
  $ veritee tdx report parse --live --attester simulated --world ./demo-tdx`

/** `veritee tdx report parse`: what a TDREPORT says. */
export function addReport(tdx: Command, { io }: Face): void {
  tdx
    .command('report')
    .description('reports that the TDX module gives to its own machine')
    .command('parse [file]')
    .description('shows the fields of a report (- for standard input), or of this guest with --live')
    .option('--live', 'take a fresh report of this guest')
    .option('--attester <kind>', 'with --live: auto or simulated', 'auto')
    .option('--world <dir>', 'folder of `veritee simulate`, for the simulated attester')
    .option('-o, --out <file>', 'also write the 1024 bytes')
    .option('--byte-order <order>', 'memory (first byte first) or intel (last byte first)', 'memory')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string | undefined, options: ReportOptions) => {
      const order = readChoice('--byte-order', ['memory', 'intel'] as const, options.byteOrder)
      const { bytes, simulated } = await readReport(io, file, options)
      const report = parseTdReport(bytes)
      verifyTdReportHashes(report)
      if (options.out !== undefined) writeOutput(options.out, bytes)
      const fields = describeTdReport(report, order)
      const [attributes, features] = [nameAttributes(report), nameFeatures(report)]
      if (options.json) {
        const names = { attributes: attributes, xfam: features }
        io.out(`${JSON.stringify({ byteOrder: order, simulated, hashesHold: true, fields, names })}\n`)
        return
      }
      const paint = createPaint(io.colour)
      if (simulated) io.out(`${paint.warn('SIMULATED')}\n`)
      for (const [name, value] of Object.entries(fields)) {
        const names = name === 'attributes' ? attributes : name === 'xfam' ? features : []
        io.out(`${`${name}:`.padEnd(19)} ${value}${names.length > 0 ? ` (${names.join(' ')})` : ''}\n`)
      }
      io.out(paint.dim(`both inner hashes hold; hexadecimal in ${order} order\n`))
    })
}

async function readReport(io: Io, file: string | undefined, options: ReportOptions): Promise<LiveEvidence> {
  if (options.live) {
    const reportData = crypto.getRandomValues(new Uint8Array(64))
    return await takeTdReport(io, options, reportData)
  }
  if (file === undefined) {
    throw new CliError('CLI_ARGUMENT_INVALID', 'Name a file with a report, or --live.', { details: { path: 'file' } })
  }
  const input = await readInput(io, file)
  if (input.length === REPORT_BYTES) return { bytes: input, simulated: false }
  const found = recognizeEvidence(input)
  if (found.kind === 'tdreport') return { bytes: found.bytes, simulated: false }
  throw new CliError('CLI_UNFIT_INPUT', `${file} is no TDREPORT.`, {
    details: { path: file, expected: 'a TDREPORT of 1024 bytes', actual: found.kind },
  })
}
