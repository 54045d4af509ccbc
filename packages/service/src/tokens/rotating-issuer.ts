import type { KeyObject } from 'node:crypto'
import type { ServiceConfig } from '../config/index.ts'
import type { KeyRing } from '../keys/index.ts'
import type { TokenFiles } from './token-files.ts'
import { createTokenIssuer, type TokenIssuer } from './token-issuer.ts'

/** Issues with the key that the ring names now, and accepts tokens of every key that it still accepts. */
export function createRotatingTokenIssuer(
  ring: KeyRing,
  options: { token: ServiceConfig['token']; version: string } & TokenFiles,
): TokenIssuer {
  let made: { readonly ids: string; readonly issuer: Promise<TokenIssuer> } | undefined
  const current = (): Promise<TokenIssuer> => {
    const keys = ring.tokens()
    const ids = keys.map(({ id }) => id).join()
    if (made?.ids !== ids) {
      made = {
        ids,
        issuer: createTokenIssuer({ ...options, keys: keys.map(({ key }) => key) as [KeyObject, ...KeyObject[]] }),
      }
    }
    return made.issuer
  }
  return {
    issue: async (request, judged, now) => (await current()).issue(request, judged, now),
    verify: async (token, now) => (await current()).verify(token, now),
    listKeys: async () => (await current()).listKeys(),
  }
}
