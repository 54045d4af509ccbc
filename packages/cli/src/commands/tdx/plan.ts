import { decodeUtf8 } from '@veritee/codec/bytes'
import type { Command } from 'commander'
import { CliError } from '../../errors.ts'
import { EXIT } from '../../exit.ts'
import { readInput } from '../../input/file.ts'
import type { Face } from '../../program.ts'
import { createPaint, printable } from '../../render/paint.ts'
import { type InstanceParameters, parseInstanceParameters, probeInstance } from '../../tdx/instance-plan.ts'

/** `veritee tdx plan`: are the parameters of an instance fit for TDX, before it is paid for? */
export function addPlan(tdx: Command, { io, exit }: Face): void {
  tdx
    .command('plan [file]')
    .description('checks the parameters of RunInstances: a command line or JSON, from a file or standard input')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample:\n  $ veritee tdx plan run-instances.sh')
    .action(async (file: string | undefined, options: { json?: boolean }) => {
      const probes = probeInstance(readParameters(decodeUtf8(await readInput(io, file ?? '-', 1024 * 1024))))
      if (options.json) io.out(`${JSON.stringify({ probes })}\n`)
      else {
        const paint = createPaint(io.colour)
        const marks = { ok: paint.good('ok     '), missing: paint.warn('unknown'), wrong: paint.bad('wrong  ') }
        for (const { state, what, next } of probes) {
          io.out(`${marks[state]} ${printable(what)}\n`)
          if (next !== undefined) io.out(`        ${printable(next)}\n`)
        }
      }
      exit(probes.some(({ state }) => state === 'wrong') ? EXIT.refused : EXIT.accepted)
    })
}

function readParameters(text: string): InstanceParameters {
  try {
    return parseInstanceParameters(text)
  } catch (cause) {
    throw new CliError('CLI_UNFIT_INPUT', 'The parameters are neither a command line nor JSON.', { cause })
  }
}
