import { type Attester, createSnpAttester, createTdxAttester } from '@veritee/guest/attester'
import { createCsvAttester } from '@veritee/guest/csv'
import { detectTee, type TeeTrace } from '@veritee/guest/detect'
import { createTpmAttester } from '@veritee/guest/tpm'
import { CliError } from '../errors.ts'
import type { Io } from '../io.ts'
import { createSimulatedAttester } from './simulated.ts'

export interface AttesterOptions {
  /** auto, tdx, snp, csv, tpm or simulated. */
  readonly attester: string
  /** The option that names it, for refusals; default `--attester`. */
  readonly option?: string
  /** Folder of a simulated world. */
  readonly world?: string
}

/**
 * Makes what collects evidence. `auto` takes the environment that this machine runs in and never falls back to
 * simulation.
 *
 * @throws CliError CLI_ARGUMENT_INVALID, CLI_EVIDENCE_UNAVAILABLE
 */
export async function createAttester(io: Io, options: AttesterOptions): Promise<Attester> {
  const path = options.option ?? '--attester'
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
    case 'csv':
      return createCsvAttester()
    case 'tpm':
      return createTpmAttester()
    case 'auto': {
      const { tee, looked } = await detectTee()
      if (tee === 'tdx') return createTdxAttester()
      if (tee === 'snp') return createSnpAttester()
      if (tee === 'csv') return createCsvAttester()
      throw unavailable(path, tee, looked)
    }
    default:
      throw new CliError('CLI_ARGUMENT_INVALID', `There is no attester ${options.attester}.`, {
        details: { path, expected: 'auto, tdx, snp, csv, tpm or simulated', actual: options.attester },
      })
  }
}

/** What evidence is made through, and what of it is not there. */
function unavailable(path: string, tee: string | undefined, looked: readonly TeeTrace[]): CliError {
  const doors = looked.filter(({ role }) => role !== 'cpu')
  const hasTpm = doors.some((trace) => trace.tee === 'tpm' && trace.found)
  const message = hasTpm ? `This machine is no confidential guest, but has a TPM: name it with ${path} tpm.` : undefined
  return new CliError('CLI_EVIDENCE_UNAVAILABLE', message, {
    details: {
      path,
      expected: 'a TDX, SEV-SNP or CSV guest',
      actual: tee ?? doors.map(({ path: door, found, note }) => `${door}: ${found ? (note ?? 'there') : 'absent'}`),
    },
  })
}
