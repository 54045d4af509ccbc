import { encodeHex } from '@veritee/codec/bytes'
import type { Command } from 'commander'
import { writeOutput } from '../../output/file.ts'
import type { Face } from '../../program.ts'
import { createPaint } from '../../render/paint.ts'
import { readReportData } from '../../tdx/arguments.ts'
import { takeQuote } from '../../tdx/live.ts'

interface QuoteOptions {
  readonly reportData?: readonly string[]
  readonly out: string
  readonly attester: string
  readonly world?: string
  readonly json?: boolean
}

const EXAMPLES = `
Report data is 1 to 64 bytes; zeros stand behind it in the quote. Without -d it is random.

Examples:
  $ sudo veritee tdx quote
  $ sudo veritee tdx quote -d 1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdef
  $ veritee tdx quote --attester simulated --world ./demo-tdx -o quote.dat`

/** `veritee tdx quote`: a quote of this guest. */
export function addQuote(tdx: Command, { io }: Face): void {
  tdx
    .command('quote')
    .description('makes a quote of this guest')
    .option('-d, --report-data <hex...>', 'report data in hexadecimal; several words are joined')
    .option('-o, --out <file>', 'where to write it', 'quote.dat')
    .option('--attester <kind>', 'auto, tdx or simulated', 'auto')
    .option('--world <dir>', 'folder of `veritee simulate`, for the simulated attester')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (options: QuoteOptions) => {
      const reportData =
        options.reportData === undefined
          ? crypto.getRandomValues(new Uint8Array(64))
          : readReportData(options.reportData)
      const { bytes, simulated } = await takeQuote(io, options, reportData)
      writeOutput(options.out, bytes)
      const shown = { file: options.out, bytes: bytes.length, report_data: encodeHex(reportData), simulated }
      if (options.json) io.out(`${JSON.stringify(shown)}\n`)
      else {
        const mark = simulated ? `${createPaint(io.colour).warn('SIMULATED')} ` : ''
        io.out(`${mark}quote of ${bytes.length} bytes in ${options.out}\nreport_data: ${shown.report_data}\n`)
      }
    })
}
