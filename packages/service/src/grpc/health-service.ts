import type { ConnectRouter } from '@connectrpc/connect'
import { Code, ConnectError } from '@connectrpc/connect'
import { Health, HealthCheckResponse_ServingStatus as Status } from './gen/grpc/health/v1/health_pb.ts'

const WATCH_MS = 1000

/**
 * Adds `grpc.health.v1.Health` for the named services and for the server as a whole.
 *
 * @param isServing false while the server stops or cannot reach its store
 */
export function addHealthService(
  router: ConnectRouter,
  services: readonly string[],
  isServing: () => Promise<boolean>,
): void {
  const statusOf = async () => ((await isServing()) ? Status.SERVING : Status.NOT_SERVING)
  const isKnown = (service: string) => service === '' || services.includes(service)
  router.service(Health, {
    async check({ service }) {
      if (!isKnown(service)) throw new ConnectError(`There is no service ${service}.`, Code.NotFound)
      return { status: await statusOf() }
    },
    async *watch({ service }, { signal }) {
      let last: Status | undefined
      while (!signal.aborted) {
        const status = isKnown(service) ? await statusOf() : Status.SERVICE_UNKNOWN
        if (status !== last) yield { status }
        last = status
        await pause(WATCH_MS, signal)
      }
    },
  })
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}
