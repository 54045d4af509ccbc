import type { Command } from 'commander'
import { probeCollateral } from '../doctor/collateral.ts'
import { probeMachine } from '../doctor/machine.ts'
import type { Probe } from '../doctor/probe.ts'
import { probeTdxEnvironment } from '../doctor/tdx-environment.ts'
import { EXIT } from '../exit.ts'
import type { Face } from '../program.ts'
import { createPaint, printable } from '../render/paint.ts'

const INTEL_PCS = 'https://api.trustedservices.intel.com/sgx/certification/v4/'

/** `veritee doctor`: exits 1 only when something is wrong that should be mended; what is merely absent is no fault. */
export function addDoctor(program: Command, { io, exit }: Face): void {
  program
    .command('doctor')
    .description(
      'says what this machine can do: TEE devices, kernel, clock, debug state, bounce buffers, collateral service',
    )
    .option('--pccs <url>', 'collateral service to try; default: the configured one, else Intel’s')
    .option('--offline', 'do not try the collateral service')
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExamples:\n  $ veritee doctor\n  $ veritee doctor --offline --json')
    .action(async (options: { pccs?: string; offline?: boolean; json?: boolean }) => {
      const qcnlPath = io.env['QCNL_CONF_PATH']
      const tdx = await probeTdxEnvironment(qcnlPath === undefined ? {} : { qcnlPath })
      const probes: Probe[] = [...(await probeMachine(io.now())), ...tdx.probes]
      if (!options.offline) {
        probes.push(await probeCollateral(options.pccs ?? tdx.collateralUrl ?? INTEL_PCS, io.signal))
      }
      if (options.json) io.out(`${JSON.stringify({ probes })}\n`)
      else {
        const paint = createPaint(io.colour)
        const mark = { ok: paint.good('ok     '), missing: paint.dim('missing'), wrong: paint.bad('wrong  ') }
        for (const probe of probes) {
          io.out(`${mark[probe.state]} ${probe.id.padEnd(18)} ${printable(probe.what)}\n`)
          if (probe.next !== undefined) io.out(`${' '.repeat(27)}${printable(probe.next)}\n`)
        }
      }
      exit(probes.some((probe) => probe.state === 'wrong') ? EXIT.refused : EXIT.accepted)
    })
}
