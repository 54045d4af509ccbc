/** The machine's own limits, measured in the same run as what is held against them. */
import { spawnSync } from 'node:child_process'
import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import type { Contestant } from './measure.ts'

/** One ECDSA verification through the runtime's own cryptography, over a message as long as a quote's signed part. */
export function ecdsaVerify(curve: 'P-256' | 'P-384'): Contestant {
  const hash = curve === 'P-256' ? 'sha256' : 'sha384'
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: curve })
  const message = createHash('sha512').update('a message').digest()
  const signature = sign(hash, message, privateKey)
  // A bare key and a DER signature are the fastest form that the runtime has: the limit is meant to be one.
  const key = createPublicKey(publicKey.export({ type: 'spki', format: 'pem' }))
  return { name: `crypto.verify ${curve}`, run: () => verify(hash, message, key, signature) }
}

/** Verifications a second as `openssl speed` counts them, or undefined where the program is missing. */
export function opensslVerifyRate(algorithm: 'ecdsap256' | 'ecdsap384'): number | undefined {
  const result = spawnSync('openssl', ['speed', '-seconds', '2', algorithm], { encoding: 'utf8' })
  const line = result.stdout?.split('\n').find((text) => text.includes('bits ecdsa'))
  const rate = Number(line?.trim().split(/\s+/).at(-1))
  return Number.isFinite(rate) && rate > 0 ? rate : undefined
}
