/**
 * Whole handshakes (challenge, evidence, token, one secret) of simulated TDX guests against the service over HTTP, with the
 * rate of a bare HTTP server of the same run beside it. Client and service are separate processes on the same cores.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCluster, POSTGRESQL_ABSENT } from '../packages/service/conformance/postgresql.ts'
import {
  call,
  hangUp,
  measureMany,
  measurePaced,
  prepareGuest,
  type Started,
  shakeHands,
  startProcess,
} from './handshake-client.ts'

const HANDSHAKES = Number(process.env['BENCH_HANDSHAKES'] ?? 2000)
/** Guests at once where replicas are compared. */
const MANY = 32

async function measureServices(services: readonly Started[], guests?: number) {
  const key = await prepareGuest()
  const urls = services.map(({ url }) => url)
  await measureMany(200, (index) => shakeHands(urls, index, key), guests)
  const memory = async () => Promise.all(services.map(({ readMemory }) => readMemory()))
  const before = await memory()
  const result = await measureMany(HANDSHAKES, (index) => shakeHands(urls, index, key), guests)
  const atHalfLoad = await measurePaced(HANDSHAKES, Math.ceil(result.perSecond / 2), (index) =>
    shakeHands(urls, index, key),
  )
  const report = {
    ...result,
    atHalfLoad,
    readyMs: services.map(({ readyMs }) => readyMs),
    memoryMiB: { before, after: await memory() },
  }
  await Promise.all(services.map(({ stop }) => stop()))
  return report
}

async function measureBareHttp() {
  const server = createServer((asked, answer) => {
    asked.resume().on('end', () => answer.end('{"status":"ok"}'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const report = await measureMany(HANDSHAKES * 3, async () => {
    await call(url, 'POST', {}, '{"version":"0.4.0"}')
  })
  server.close()
  return report
}

/** Handshakes a second, end to end: SQLite, PostgreSQL, and two replicas on PostgreSQL. */
export async function bench(): Promise<unknown> {
  const directory = mkdtempSync(join(tmpdir(), 'veritee-bench-'))
  const report: Record<string, unknown> = { handshakes: HANDSHAKES }
  try {
    report['bareHttpRequests'] = await measureBareHttp()
    report['sqlite'] = await measureServices([await startProcess(directory, 'sqlite', {})])
    if (POSTGRESQL_ABSENT !== undefined) return { ...report, postgresql: POSTGRESQL_ABSENT }
    const cluster = createCluster({ durable: true })
    try {
      const start = async (name: string, url: string) =>
        startProcess(directory, name, { store: { driver: 'postgresql', url } })
      report['postgresql'] = await measureServices([await start('pg', await cluster.createUrl())])
      // Enough guests that neither one replica nor two wait for them.
      report['postgresqlManyGuests'] = await measureServices([await start('pg-1', await cluster.createUrl())], MANY)
      const shared = await cluster.createUrl()
      const replicas = [await start('pg-a', shared), await start('pg-b', shared)]
      report['postgresqlTwoReplicas'] = await measureServices(replicas, MANY)
    } finally {
      cluster.remove()
    }
    return report
  } finally {
    hangUp()
    rmSync(directory, { recursive: true, force: true })
  }
}
