import { createPublicKey, type KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { parsePem } from '@veritee/codec/pem'
import { parseCertificate, type X509Certificate } from '@veritee/codec/x509'
import type { ServiceConfig } from '../config/index.ts'
import { ServiceError } from '../errors.ts'
import { parseNamedFile } from '../judge/named-files.ts'
import { openRsaSigner, type RsaSigner } from './rsa-key.ts'

/** What issues tokens beside the keys that the service rotates. */
export interface TokenFiles {
  readonly rsa?: RsaSigner
  /** Certificates of a key that signs EAR tokens, leaf first. */
  readonly certificates?: readonly X509Certificate[]
}

/**
 * Opens the RSA key `flat.pem` of Simple and OIDC tokens, which is made when it is absent, and the certificates of the key that
 * signs EAR tokens.
 *
 * @param signing the key that signs EAR tokens now
 * @throws ServiceError SERVICE_KEY_*, SERVICE_FILE_UNREADABLE, SERVICE_FILE_INVALID also for certificates of another key
 */
export function openTokenFiles({ token }: ServiceConfig, keyDirectory: string, signing: KeyObject): TokenFiles {
  const { kind, certificates: path } = token
  const rsa = kind === 'ear' ? undefined : openRsaSigner(join(keyDirectory, 'flat.pem'), ALGORITHMS[kind])
  if (path === undefined) return rsa === undefined ? {} : { rsa }
  const certificates = parseNamedFile(path, 'token.certificates', (text) =>
    parsePem(text).map(({ der }) => parseCertificate(der)),
  )
  if (!certifies(certificates, signing)) {
    throw new ServiceError(
      'SERVICE_FILE_INVALID',
      'token.certificates: the certificate is for another key than signs tokens.',
      {
        details: { path: 'token.certificates', actual: path },
      },
    )
  }
  return { certificates, ...(rsa === undefined ? {} : { rsa }) }
}

const ALGORITHMS = { simple: 'RS384', oidc: 'RS256' } as const

/** Whether the first of the certificates is for a key. */
export function certifies(certificates: readonly X509Certificate[], key: KeyObject): boolean {
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' })
  const certified = certificates[0]?.publicKey.spki
  return certified !== undefined && spki.equals(certified)
}
