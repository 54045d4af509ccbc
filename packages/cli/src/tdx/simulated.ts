import { loadWorld, type TdReportOptions } from '@veritee/simulator'
import { readRegisters } from '../attester/simulated.ts'
import { CliError } from '../errors.ts'
import type { Io } from '../io.ts'

/**
 * A TDREPORT of the guest of a simulated world, with the registers that `veritee simulate tdx` wrote into `guest.json`.
 *
 * @throws CliError CLI_ARGUMENT_INVALID without a world
 */
export async function takeSimulatedTdReport(
  io: Io,
  folder: string | undefined,
  reportData: Uint8Array,
): Promise<Uint8Array> {
  if (folder === undefined) {
    throw new CliError(
      'CLI_ARGUMENT_INVALID',
      'The simulated attester needs --world, a folder of `veritee simulate`.',
      { details: { path: '--world' } },
    )
  }
  const world = await loadWorld(folder, io.now())
  const registers = (await readRegisters(folder)) as TdReportOptions
  return world.issueTdReport({ ...registers, reportData })
}
