/**
 * Many handshakes against one service on SQLite, and how much memory it has after each tenth of them. `BENCH_SOAK` says how
 * many, 100,000 unless it is set.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hangUp, measureMany, prepareGuest, shakeHands, startProcess } from './handshake-client.ts'

const HANDSHAKES = Number(process.env['BENCH_SOAK'] ?? 100_000)
const PARTS = 10

/** Handshakes a second and resident memory of the service, part by part. */
export async function bench(): Promise<unknown> {
  const directory = mkdtempSync(join(tmpdir(), 'veritee-soak-'))
  const service = await startProcess(directory, 'soak', {})
  try {
    const key = await prepareGuest()
    const parts: unknown[] = []
    for (let part = 0; part < PARTS; part++) {
      const { perSecond, p99Ms } = await measureMany(Math.ceil(HANDSHAKES / PARTS), (index) =>
        shakeHands([service.url], index, key),
      )
      parts.push({ perSecond, p99Ms, memoryMiB: await service.readMemory() })
    }
    return { handshakes: HANDSHAKES, parts }
  } finally {
    await service.stop()
    hangUp()
    rmSync(directory, { recursive: true, force: true })
  }
}
