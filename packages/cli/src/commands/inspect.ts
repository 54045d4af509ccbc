import { inspectEvidence } from '@veritee/evidence/inspect'
import type { Command } from 'commander'
import { readInput } from '../input/file.ts'
import type { Face } from '../program.ts'
import { renderDescription } from '../render/description.ts'
import { toJson } from '../render/paint.ts'

/** `veritee inspect`: shows what bytes say, without judging them. */
export function addInspect(program: Command, { io }: Face): void {
  program
    .command('inspect <file>')
    .description('shows what evidence or a document says, without judging it (- for standard input)')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nReads quotes and reports of every kind, enclave documents, event logs, TD reports, signed enclaves, certificates of\nX.509 and of Hygon, revocation lists, collateral, keys and tokens; raw, as hex or base64 text, or as evidence JSON.\n\nExamples:\n  $ veritee inspect quote.bin\n  $ veritee inspect /sys/kernel/security/tpm0/binary_bios_measurements\n  $ curl -s https://keys.example.org/token | veritee inspect - --json',
    )
    .action(async (file: string, options: { json?: boolean }) => {
      const description = inspectEvidence(await readInput(io, file))
      if (options.json) io.out(`${toJson(description)}\n`)
      else renderDescription(io, description)
    })
}
