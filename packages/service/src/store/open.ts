import { join } from 'node:path'
import type { StoreConfig } from '../config/index.ts'
import { ServiceError } from '../errors.ts'
import { readPrivateFile } from '../keys/index.ts'
import type { Logger } from '../log/index.ts'
import { createMemoryStore } from './memory.ts'
import { createSqliteStore } from './sqlite/index.ts'
import type { Store } from './store.ts'

/**
 * Opens the store that the configuration names.
 *
 * @param dir the data directory
 * @throws ServiceError SERVICE_STORE_*, SERVICE_FILE_UNREADABLE or SERVICE_KEY_PERMISSIONS for `store.urlFile`
 */
export async function openStore(config: StoreConfig, dir: string, log?: Logger): Promise<Store> {
  if (config.driver === 'memory') return createMemoryStore()
  if (config.driver === 'sqlite') return createSqliteStore({ path: config.path ?? join(dir, 'store.db') })
  const { connections, timeoutSeconds } = config
  // Read when it is needed: most services start without it.
  const { createPostgresqlStore } = await import('./postgresql/index.ts')
  return createPostgresqlStore({
    url: config.url ?? readUrlFile(config.urlFile as string),
    connections,
    timeoutMs: timeoutSeconds * 1000,
    onNotice: (message, err) => log?.warn({ err }, message),
  })
}

function readUrlFile(path: string): string {
  const url = readPrivateFile(path)?.trim()
  if (url === undefined || !/^postgres(ql)?:\/\//.test(url)) {
    throw new ServiceError('SERVICE_FILE_UNREADABLE', `store.urlFile: ${path} does not hold an address.`, {
      details: { path: 'store.urlFile', expected: 'postgresql://USER:PASSWORD@HOST:PORT/DATABASE', actual: path },
    })
  }
  return url
}
