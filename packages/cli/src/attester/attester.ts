import { type Attester, createSnpAttester, createTdxAttester } from '@veritee/guest/attester'
import { detectTee } from '@veritee/guest/detect'
import { createTpmAttester } from '@veritee/guest/tpm'
import { CliError } from '../errors.ts'
import type { Io } from '../io.ts'
import { createSimulatedAttester } from './simulated.ts'

export interface AttesterOptions {
  /** auto, tdx, snp, tpm or simulated. */
  readonly attester: string
  /** Folder of a simulated world. */
  readonly world?: string
}

/**
 * Makes what collects evidence. `auto` takes the environment that this machine runs in and never falls back to
 * simulation.
 *
 * @throws CliError CLI_ARGUMENT_INVALID, CLI_UNFIT_INPUT
 */
export async function createAttester(io: Io, options: AttesterOptions): Promise<Attester> {
  switch (options.attester) {
    case 'simulated': {
      if (options.world === undefined) {
        throw new CliError(
          'CLI_ARGUMENT_INVALID',
          'The simulated attester needs --world, a folder of `veritee simulate`.',
          {
            details: { path: '--world' },
          },
        )
      }
      return await createSimulatedAttester(io, options.world)
    }
    case 'tdx':
      return createTdxAttester()
    case 'snp':
      return createSnpAttester()
    case 'tpm':
      return createTpmAttester()
    case 'auto': {
      const { tee } = await detectTee()
      if (tee === 'tdx') return createTdxAttester()
      if (tee === 'snp') return createSnpAttester()
      throw new CliError(
        'CLI_UNFIT_INPUT',
        'This machine cannot make evidence of its own; `veritee doctor` says what is missing.',
        {
          details: {
            path: '--attester',
            expected: 'a TDX or SEV-SNP guest',
            actual: tee ?? 'no trusted execution environment',
          },
        },
      )
    }
    default:
      throw new CliError('CLI_ARGUMENT_INVALID', `There is no attester ${options.attester}.`, {
        details: { path: '--attester', expected: 'auto, tdx, snp, tpm or simulated', actual: options.attester },
      })
  }
}
