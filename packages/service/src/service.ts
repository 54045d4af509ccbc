import { type Addresses, createDoors, type Foundation, layFoundation, openRooms, renewLive } from './assembly/index.ts'
import { listNeedingStart, parseConfig, type ServiceConfigInput } from './config/index.ts'
import { checkListen } from './http/index.ts'
import type { Service, ServiceRuntime } from './types.ts'
import { createKeyWatch, sweep } from './upkeep.ts'

const SWEEP_MS = 60_000
const KEY_WATCH_MS = 2000

/**
 * Prepares a service: checks the configuration, makes or reads the keys, opens the store, loads collateral and
 * expectations. Nothing listens yet.
 *
 * @throws ServiceError for what is wrong with the configuration, the keys, the store or a named file
 */
export async function createService(input: ServiceConfigInput, runtime: ServiceRuntime = {}): Promise<Service> {
  const config = parseConfig(input)
  // Before anything is made on the disk.
  checkListen(config)
  const foundation = await layFoundation(config, runtime)
  try {
    return await openService(foundation, input)
  } catch (error) {
    await foundation.store.close()
    throw error
  }
}

async function openService(foundation: Foundation, input: ServiceConfigInput): Promise<Service> {
  const { config, live, ring, store, log, now, version } = foundation
  const rooms = await openRooms(foundation)
  const doors = await createDoors(foundation, rooms)
  const { notices } = doors
  const clean = () => sweep(store, rooms.attempts, now(), log)
  const sweeper = setInterval(() => void clean(), SWEEP_MS).unref()
  const keyWatch = setInterval(createKeyWatch(ring, log), KEY_WATCH_MS).unref()
  let addresses: Addresses | undefined
  let stopped: Promise<void> | undefined

  const stop = async (): Promise<void> => {
    clearInterval(sweeper)
    clearInterval(keyWatch)
    await doors.close(config.limits.stopSeconds * 1000)
    addresses = undefined
    await live.judge.close()
    await store.close()
    log.info('stopped')
  }

  return {
    config,
    adminKey: { path: ring.admin.adminKeyPath, created: ring.admin.adminKeyCreated },
    notices,
    get address() {
      return addresses?.http
    },
    get grpcAddresses() {
      return addresses?.grpc ?? {}
    },
    get listenerUrls() {
      return addresses?.listeners ?? {}
    },
    async start() {
      addresses = await doors.open()
      const { http, grpc, listeners } = addresses
      for (const notice of notices) log.warn(notice)
      log.info({ url: http.url, listeners, grpc, version, store: store.driver }, 'listening')
      return http
    },
    stop() {
      stopped ??= stop()
      return stopped
    },
    fetch: doors.fetch,
    sweep: clean,
    async reload(again = input) {
      const next = parseConfig(again)
      await renewLive(live, next, {
        ...foundation,
        loadReferences: rooms.loadReferences,
        useCertificate: doors.renewCertificate,
      })
      log.level = next.log.level
      const later = listNeedingStart(config, next)
      log.info({ needNewStart: later }, 'read again')
      return later
    },
  }
}
