import type { Server } from 'node:http'
import type { ServiceConfig } from '../../config/index.ts'
import {
  checkListen,
  closeServer,
  createHttpServer,
  type ListenAddress,
  listenOn,
  renewCertificate,
  type TlsMaterial,
} from './server.ts'

type Fetch = Parameters<typeof createHttpServer>[1]

/** Further HTTP listeners, by the key of the configuration that opened them. */
export interface HttpListeners {
  /** Opens all of them and says where; none are left open when one fails. @throws ServiceError SERVICE_LISTEN_FAILED */
  start(): Promise<Readonly<Record<string, string>>>
  stop(graceMs: number): Promise<void>
  renewCertificate(material: TlsMaterial): void
}

/**
 * Prepares the listeners that the configuration names. They speak TLS where the service does, and refuse as it does to speak
 * anything else beyond this machine.
 *
 * @throws ServiceError SERVICE_LISTEN_PLAIN, SERVICE_FILE_UNREADABLE, SERVICE_TLS_INVALID
 */
export function createHttpListeners(
  config: ServiceConfig,
  apps: Readonly<Record<keyof ServiceConfig['listeners'], () => Fetch>>,
  onDrop?: () => void,
): HttpListeners {
  const listeners = (['broker', 'attestation'] as const).flatMap((key) => {
    const listen = config.listeners[key]
    if (listen === undefined) return []
    const address = checkListen(config, listen, `listeners.${key}`)
    return { key, address, server: createHttpServer(config, apps[key](), onDrop) }
  })
  const stop = async (graceMs: number) => {
    await Promise.all(listeners.map(({ server }) => closeServer(server, graceMs)))
  }
  return {
    async start() {
      const urls: Record<string, string> = {}
      try {
        for (const { key, server, address } of listeners) urls[key] = await openListener(config, server, address)
        return urls
      } catch (error) {
        await stop(0)
        throw error
      }
    },
    stop,
    renewCertificate(material) {
      for (const { server } of listeners) renewCertificate(server, material)
    },
  }
}

/** Listens, and says under which URL. @throws ServiceError SERVICE_LISTEN_FAILED */
async function openListener(config: ServiceConfig, server: Server, address: ListenAddress): Promise<string> {
  const { port } = await listenOn(server, address)
  return formatUrl(config, address.host, port)
}

/** Such as `http://127.0.0.1:8081`. */
export function formatUrl({ tls }: ServiceConfig, host: string, port: number): string {
  const scheme = tls === undefined ? 'http' : 'https'
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`
}
