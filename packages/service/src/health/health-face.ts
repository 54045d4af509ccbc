import { z } from '@hono/zod-openapi'
import { ServiceError } from '../errors.ts'
import type { Face } from '../http/index.ts'
import { isLocalRequest } from '../limits/index.ts'
import type { Metrics } from '../metrics/index.ts'
import type { Store } from '../store/index.ts'

export interface HealthOptions {
  readonly store: Store
  /** Writes something small, and sees that there is room for more. */
  readonly probe: () => Promise<void>
  readonly version: string
  readonly stopping: () => boolean
  /** Sentences about what every answer rests on, such as a trusted simulated root. */
  readonly notices: readonly string[]
  readonly metrics: Metrics
  /** Who may read the metrics. */
  readonly access: 'loopback' | 'open' | 'off'
}

const status = z.object({ status: z.string() })

/** Liveness, readiness, and a first page for whoever opens the address in a browser. */
export function createHealthFace(options: HealthOptions): Face {
  return {
    name: 'health',
    basePaths: [''],
    routes: [
      {
        method: 'get',
        path: '/',
        operation: { summary: 'What this is', responses: { 200: { description: 'Name, version and where to go' } } },
        respond: (c) =>
          c.json({
            name: 'veritee',
            version: options.version,
            what: 'A trust service for confidential computing: it gives keys to machines that prove what they are.',
            keyBroker: '/kbs/v0',
            openapi: '/openapi.json',
            notices: options.notices,
          }),
      },
      {
        method: 'get',
        path: '/healthz',
        operation: {
          summary: 'Whether the process answers',
          responses: { 200: { description: 'It does', content: { 'application/json': { schema: status } } } },
        },
        respond: (c) => c.json({ status: 'ok' }),
      },
      {
        method: 'get',
        path: '/metrics',
        operation: {
          summary: 'Metrics for Prometheus',
          responses: { 200: { description: 'Text format' }, 404: { description: 'Not for this client' } },
        },
        async respond(c) {
          const { metrics, access } = options
          const open = access === 'open' || (access === 'loopback' && isLocalRequest(c))
          if (!open) throw new ServiceError('SERVICE_HTTP_ROUTE_UNKNOWN')
          return c.body(await metrics.render(), 200, { 'content-type': metrics.contentType })
        },
      },
      {
        method: 'get',
        path: '/readyz',
        operation: {
          summary: 'Whether the service can do its work: the store can be written',
          responses: {
            200: { description: 'It can', content: { 'application/json': { schema: status } } },
            503: { description: 'It cannot, or it is stopping' },
          },
        },
        async respond(c) {
          if (options.stopping()) return c.json({ status: 'stopping' }, 503)
          await options.probe()
          return c.json({ status: 'ready', store: options.store.driver })
        },
      },
    ],
  }
}
