import { BrokerError } from '../errors.ts'
import type { ResourcePath } from './types.ts'

/** The first character is none that a path or a shell could read otherwise. */
const SEGMENT = /^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,254}$/

/** Tells whether a text may be one part of a resource path. */
export function isResourceSegment(text: string): boolean {
  return SEGMENT.test(text)
}

/** Reads `repository/type/tag`. Throws BROKER_RESOURCE_PATH_INVALID; nothing is decoded or normalised. */
export function parseResourcePath(text: string): ResourcePath {
  const [repository, type, tag, ...more] = text.slice(0, 1024).split('/')
  if (
    repository !== undefined &&
    type !== undefined &&
    tag !== undefined &&
    more.length === 0 &&
    text.length <= 1024 &&
    [repository, type, tag].every(isResourceSegment)
  ) {
    return { repository, type, tag }
  }
  throw new BrokerError('BROKER_RESOURCE_PATH_INVALID', undefined, {
    details: { path: 'resource', expected: 'repository/type/tag', actual: text.slice(0, 128) },
  })
}

/** Writes `repository/type/tag`. */
export function formatResourcePath({ repository, type, tag }: ResourcePath): string {
  return `${repository}/${type}/${tag}`
}
