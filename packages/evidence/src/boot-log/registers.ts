/** The registers of each kind of evidence that keeps some. */
import type { EventDigestAlgorithm } from '@veritee/codec/eventlog'
import type { CsvReport } from '../csv/types.ts'
import type { TdxQuote } from '../dcap/quote/types.ts'
import type { TpmHash } from '../tpm/structure/algorithms.ts'
import type { QuotedBank } from '../tpm/types.ts'
import type { LoggedBank } from './replay.ts'

/** TDX: indices 1 to 4 are RTMR0 to RTMR3, SHA-384. The guest's kernel may extend RTMR3 without writing to the log. */
export function bankOfTdxQuote({ body }: TdxQuote): LoggedBank {
  const registers = body.rtmr.map(
    (value, i) => ({ name: `rtmr_${i}`, index: i + 1, value, unlogged: i === 3 ? 'any' : 'zero' }) as const,
  )
  return { algorithm: 'SHA-384', kind: 'cc', registers }
}

/** Hygon CSV from report version 2 on: indices 1 to 4 are registers 1 to 4, SM3. Register 0 is the launch measurement. */
export function bankOfCsvReport({ rtmrs = [] }: CsvReport): LoggedBank {
  const registers = rtmrs
    .map((value, index) => ({ name: `rtmr${index}`, index, value, unlogged: 'zero' }) as const)
    .slice(1)
  return { algorithm: 'SM3', kind: 'cc', registers }
}

const ALGORITHMS: Readonly<Record<TpmHash, EventDigestAlgorithm>> = {
  sha1: 'SHA-1',
  sha256: 'SHA-256',
  sha384: 'SHA-384',
  sha512: 'SHA-512',
  sm3: 'SM3',
}

/** The PCRs that a quote covers. Those behind the firmware's are extended by what keeps logs of its own, such as IMA. */
export function bankOfTpmQuote({ hash, quote, pcrs }: QuotedBank): LoggedBank {
  const covered = quote.selections.filter((entry) => entry.hash === hash).flatMap((entry) => entry.pcrs)
  const registers = covered.map(
    (index) => ({ name: `pcr${String(index).padStart(2, '0')}`, index, value: pcrs[index]!, unlogged: 'any' }) as const,
  )
  return { algorithm: ALGORITHMS[hash], kind: 'tpm', registers }
}
