/** Whether the parts of the service can do their work. */
import { isCodedError } from '@veritee/codec/error'

const PROBE_MS = 5000

/** Does a piece of a part’s work, and throws when it cannot. */
export type Probe = () => Promise<void>

interface PartHealth {
  readonly status: 'ok' | 'error'
  readonly message?: string
  readonly timestamp: string
}

/** @param now epoch seconds */
export async function probeServices(
  probes: Readonly<Record<string, Probe>>,
  now: () => number,
): Promise<Record<string, PartHealth>> {
  const timestamp = new Date(now() * 1000).toISOString()
  const parts = Object.entries(probes).map(async ([name, probe]): Promise<[string, PartHealth]> => {
    const message = await runProbe(probe)
    return [name, message === undefined ? { status: 'ok', timestamp } : { status: 'error', message, timestamp }]
  })
  return { gateway: { status: 'ok', timestamp }, ...Object.fromEntries(await Promise.all(parts)) }
}

/** What is wrong, in words that anybody may read; undefined when nothing is. */
async function runProbe(probe: Probe): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`It did not answer within ${PROBE_MS / 1000} seconds.`), PROBE_MS).unref()
  })
  const work = probe().then(
    () => undefined,
    (error: unknown) => (isCodedError(error) ? `It failed with ${error.code}. ${error.next}` : 'It failed.'),
  )
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
