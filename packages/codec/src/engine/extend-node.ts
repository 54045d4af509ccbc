import { hash } from 'node:crypto'

/**
 * As the plain form, in place: the one-shot hash gives its digest as a text of bytes, which costs a third of a buffer for
 * each link, and a log has thousands.
 */
export function extendInPlace(algorithm: string, start: Uint8Array, links: readonly Uint8Array[]): Uint8Array {
  const width = start.length
  const message = Buffer.alloc(2 * width)
  message.set(start)
  for (const link of links) {
    message.set(link, width)
    message.write(hash(algorithm, message, 'binary'), 'binary')
  }
  return Uint8Array.from(message.subarray(0, width))
}
