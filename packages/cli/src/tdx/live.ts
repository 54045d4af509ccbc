/** Reports and quotes of the guest this runs in, real or simulated. */
import { readFile } from 'node:fs/promises'
import { decodeBase64 } from '@veritee/codec/bytes'
import { GuestError } from '@veritee/guest'
import { createTdxAttester } from '@veritee/guest/attester'
import { fetchQgsQuote, parseQgsPort } from '@veritee/guest/qgs'
import { readTdReport } from '@veritee/guest/tdreport'
import { type AttesterOptions, createAttester } from '../attester/attester.ts'
import type { Io } from '../io.ts'
import { readChoice } from './arguments.ts'
import { takeSimulatedTdReport } from './simulated.ts'

/** Where a guest is told how to reach the quote generation service of its host. */
const ATTEST_CONFIG = '/etc/tdx-attest.conf'

/** Which guest to ask. */
export interface LiveOptions extends AttesterOptions {}

/** What came, and whether it is simulated. */
export interface LiveEvidence {
  readonly bytes: Uint8Array
  readonly simulated: boolean
}

/**
 * A TDREPORT of this guest.
 *
 * @throws GuestError GUEST_ATTESTER_*; CliError
 */
export async function takeTdReport(io: Io, options: LiveOptions, reportData: Uint8Array): Promise<LiveEvidence> {
  const attester = readChoice('--attester', ['auto', 'tdx', 'simulated'] as const, options.attester)
  if (attester !== 'simulated') return { bytes: await readTdReport(reportData), simulated: false }
  return { bytes: await takeSimulatedTdReport(io, options.world, reportData), simulated: true }
}

/**
 * A quote of this guest: from the kernel's report interface; where there is none, from the host's quote generation service
 * over a TDREPORT, as `/etc/tdx-attest.conf` says.
 *
 * @throws GuestError GUEST_ATTESTER_*; CliError
 */
export async function takeQuote(io: Io, options: LiveOptions, reportData: Uint8Array): Promise<LiveEvidence> {
  const kind = readChoice('--attester', ['auto', 'tdx', 'simulated'] as const, options.attester)
  const simulated = kind === 'simulated'
  try {
    const attester = kind === 'auto' ? createTdxAttester() : await createAttester(io, options)
    const { quote } = await attester.collect(reportData)
    return { bytes: decodeBase64(quote as string), simulated }
  } catch (error) {
    if (simulated || !(error instanceof GuestError) || error.code !== 'GUEST_ATTESTER_UNAVAILABLE') throw error
    const port = parseQgsPort(await readFile(ATTEST_CONFIG, 'utf8').catch(() => ''))
    if (port === undefined) throw error
    return { bytes: await fetchQgsQuote(await readTdReport(reportData), port), simulated }
  }
}
