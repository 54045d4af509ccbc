/** `kbs://` URIs (specification page trustee, section 6). */
import { BrokerError } from '../errors.ts'
import { formatResourcePath, isResourceSegment, parseResourcePath } from './path.ts'
import type { ResourcePath } from './types.ts'

/** A resource by its URI. */
export interface ResourceUri {
  readonly path: ResourcePath
  /** Host and port as written; brokers are configured elsewhere, so it is ignored. Empty in the canonical form. */
  readonly host: string
  /** What a person should know about the way it is written. */
  readonly warning?: string
}

/** A URI of any plugin, such as `kbs+pkcs11:///resource/a/b/c`. */
export interface PluginUri {
  readonly plugin: string
  readonly host: string
  readonly segments: readonly string[]
  /** Without the question mark; empty if there is none. */
  readonly query: string
}

const URI = /^kbs(?:\+([a-z0-9-]{1,64}))?:\/\/([^/?#]{0,255})\/([^?#]*)(?:\?([^#]{0,2048}))?$/

/** Reads a URI of any plugin. Throws BROKER_RESOURCE_URI_INVALID. */
export function parsePluginUri(text: string): PluginUri {
  const match = text.length > 4096 ? null : URI.exec(text)
  const segments = match?.[3]?.split('/') ?? []
  if (match === null || segments.length === 0 || !segments.every(isResourceSegment)) throw invalid(text)
  return { plugin: match[1] ?? 'resource', host: match[2] ?? '', segments, query: match[4] ?? '' }
}

/**
 * Reads the URI of a resource, `kbs:///repository/type/tag`. A host is ignored. With two slashes the repository stands
 * where the host belongs; if that can only be meant so, it is read so and `warning` says it.
 *
 * Throws BROKER_RESOURCE_URI_INVALID, also for URIs of other plugins or with a query.
 */
export function parseResourceUri(text: string): ResourceUri {
  const { plugin, host, segments, query } = parsePluginUri(text)
  if (plugin !== 'resource' || query !== '') throw invalid(text)
  if (segments.length === 3) return { path: parseResourcePath(segments.join('/')), host }
  // A plain word is no host name that anybody has to spell out, and two segments alone are no resource.
  if (segments.length === 2 && isResourceSegment(host) && !host.includes('.')) {
    const path = parseResourcePath([host, ...segments].join('/'))
    return { path, host: '', warning: `Write ${formatResourceUri(path)}: with two slashes ${host} is a host name.` }
  }
  throw invalid(text)
}

/** Writes the canonical form, `kbs:///repository/type/tag`. */
export function formatResourceUri(path: ResourcePath): string {
  return `kbs:///${formatResourcePath(path)}`
}

function invalid(text: string): BrokerError {
  return new BrokerError('BROKER_RESOURCE_URI_INVALID', undefined, {
    details: { path: 'uri', expected: 'kbs:///repository/type/tag', actual: text.slice(0, 128) },
  })
}
