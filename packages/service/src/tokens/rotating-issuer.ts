import type { KeyObject } from 'node:crypto'
import type { X509Certificate } from '@veritee/codec/x509'
import type { ServiceConfig } from '../config/index.ts'
import type { KeyRing } from '../keys/index.ts'
import { createRsaSigner } from './rsa-key.ts'
import { createTokenIssuer, type TokenIssuer } from './token-issuer.ts'
import { readTokenTrust } from './trusted.ts'

const RSA_ALGORITHMS = { simple: 'RS384', oidc: 'RS256' } as const

/**
 * Issues with the key that the ring names now, and accepts tokens of every key that it still accepts. The RSA key of Simple and
 * OIDC tokens is made here when there is none.
 *
 * @throws ServiceError SERVICE_FILE_UNREADABLE, SERVICE_FILE_INVALID
 */
export function createRotatingTokenIssuer(
  ring: KeyRing,
  options: { token: ServiceConfig['token']; version: string; certificates: readonly X509Certificate[] },
): TokenIssuer {
  const { kind } = options.token
  const others = readTokenTrust(options.token)
  const listRsaKeys = () => (kind === 'ear' ? [] : ring.rsa('flat'))
  listRsaKeys()
  let made: { readonly ids: string; readonly issuer: Promise<TokenIssuer> } | undefined
  const current = (): Promise<TokenIssuer> => {
    const [keys, rsaKeys] = [ring.tokens(), listRsaKeys()]
    const ids = [...keys, ...rsaKeys].map(({ id }) => id).join()
    if (made?.ids !== ids) {
      const rsa = kind === 'ear' ? [] : rsaKeys.map((key) => createRsaSigner(key, RSA_ALGORITHMS[kind]))
      const issuer = createTokenIssuer({
        ...options,
        others,
        keys: keys.map(({ key }) => key) as [KeyObject, ...KeyObject[]],
        rsa,
      })
      made = { ids, issuer }
    }
    return made.issuer
  }
  return {
    issue: async (request, judged, now) => (await current()).issue(request, judged, now),
    verify: async (token, now) => (await current()).verify(token, now),
    listKeys: async () => (await current()).listKeys(),
  }
}
