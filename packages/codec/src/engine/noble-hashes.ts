import { hmac } from '@noble/hashes/hmac.js'
import { sha1 } from '@noble/hashes/legacy.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import type { HashEngine } from './engine.ts'
import { extendWith } from './extend.ts'

const ALGORITHMS = { sha1, sha256, sha384, sha512 } as const

/** Hashes in plain JavaScript, where the runtime offers none that is synchronous. */
export const hashes: HashEngine = {
  digest(algorithm, parts) {
    const running = ALGORITHMS[algorithm].create()
    for (const part of parts) running.update(part)
    return running.digest()
  },
  hmac(algorithm, key, parts) {
    const running = hmac.create(ALGORITHMS[algorithm], key)
    for (const part of parts) running.update(part)
    return running.digest()
  },
  createDigest(algorithm) {
    const running = ALGORITHMS[algorithm].create()
    return {
      update(part) {
        running.update(part)
        return this
      },
      digest: () => running.digest(),
    }
  },
  extend: (algorithm, start, links) => extendWith((parts) => hashes.digest(algorithm, parts), start, links),
}
