import { decodeHex } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import type { Command } from 'commander'
import { createAttester } from '../attester/attester.ts'
import { CliError } from '../errors.ts'
import { writeOutput } from '../output/file.ts'
import type { Face } from '../program.ts'

interface CollectOptions {
  readonly tee: string
  readonly reportData: string
  readonly world?: string
  readonly out?: string
  readonly json?: boolean
}

/** `veritee collect`: evidence of the machine this runs on, as attestation agents send it. */
export function addCollect(program: Command, { io }: Face): void {
  program
    .command('collect')
    .description('makes evidence of this machine, through the interfaces of its kernel')
    .option('--tee <kind>', 'auto, tdx, snp, csv, tpm or simulated', 'auto')
    .requiredOption(
      '--report-data <hex>',
      'what the evidence is made for: 1 to 64 bytes, such as a nonce or the hash of a key',
    )
    .option('--world <dir>', 'folder of `veritee simulate`, for simulated evidence')
    .option('--out <file>', 'write the evidence JSON to a file instead of standard output')
    .option('--json', 'with --out: say what was written as JSON; the evidence is JSON either way')
    .addHelpText(
      'after',
      '\nExamples:\n  $ veritee collect --report-data $(openssl rand -hex 32) --out evidence.json\n  $ veritee collect --tee tpm --report-data 00112233 --out evidence.json\n  $ veritee collect --tee simulated --world ./demo-tdx --report-data 0011',
    )
    .action(async (options: CollectOptions) => {
      const attester = await createAttester(io, {
        attester: options.tee,
        option: '--tee',
        ...(options.world === undefined ? {} : { world: options.world }),
      })
      const evidence = `${JSON.stringify(await attester.collect(readReportData(options.reportData)))}\n`
      if (options.out === undefined) io.out(evidence)
      else {
        writeOutput(options.out, evidence)
        if (options.json) io.out(`${JSON.stringify({ tee: attester.tee, file: options.out })}\n`)
        else io.err(`wrote ${attester.tee} evidence to ${options.out}\n`)
      }
    })
}

function readReportData(text: string): Uint8Array {
  try {
    const bytes = decodeHex(text)
    if (bytes.length >= 1 && bytes.length <= 64) return bytes
  } catch (error) {
    if (!isCodedError(error)) throw error
  }
  throw new CliError('CLI_ARGUMENT_INVALID', '--report-data does not take this value.', {
    details: { path: '--report-data', expected: '1 to 64 bytes as hexadecimal digits', actual: text },
  })
}
