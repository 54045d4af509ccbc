import { BrokerError } from '@veritee/broker'
import { ServiceError } from '../errors.ts'
import type { Face } from '../http/index.ts'

const BELOW = /^(?:\/api)?\/kbs\/v0\/([^/]+)\/(.+)$/
/** What clients of other brokers know as plugins and this one serves. */
const PLUGINS = ['resource']

/**
 * Says what is wrong with a path that no route has: a plugin that is not served, a resource whose path has not three
 * segments, or anything else.
 *
 * @param faces the routes there are: their first segments are no plugins
 */
export function describeAbsence(path: string, faces: readonly Face[]): BrokerError | ServiceError {
  const [, plugin, rest] = BELOW.exec(path) ?? []
  if (plugin === undefined) return new ServiceError('SERVICE_HTTP_ROUTE_UNKNOWN')
  if (plugin === 'resource') {
    return new BrokerError('BROKER_RESOURCE_PATH_INVALID', undefined, {
      details: { path: 'resource', expected: 'repository/type/tag', actual: rest?.slice(0, 128) },
    })
  }
  const isRoute = faces
    .filter(({ basePaths }) => basePaths.includes('/kbs/v0'))
    .some(({ routes }) => routes.some((route) => route.path.split('/')[1] === plugin))
  if (isRoute) return new ServiceError('SERVICE_HTTP_ROUTE_UNKNOWN')
  return new BrokerError('BROKER_PLUGIN_UNKNOWN', `The plugin ${plugin.slice(0, 64)} is not served here.`, {
    details: { path: 'plugin', expected: PLUGINS, actual: plugin.slice(0, 64) },
  })
}
