import { createPublicKey, type KeyObject } from 'node:crypto'
import { parsePem } from '@veritee/codec/pem'
import { parseCertificate, type X509Certificate } from '@veritee/codec/x509'
import { ServiceError } from '../errors.ts'
import { parseNamedFile } from '../judge/named-files.ts'

/**
 * Reads the certificates of the key that signs EAR tokens, leaf first; none where the configuration names none.
 *
 * @param signing the key that signs EAR tokens now
 * @throws ServiceError SERVICE_FILE_UNREADABLE, SERVICE_FILE_INVALID also for certificates of another key
 */
export function readTokenCertificates(path: string | undefined, signing: KeyObject): readonly X509Certificate[] {
  if (path === undefined) return []
  const certificates = parseNamedFile(path, 'token.certificates', (text) =>
    parsePem(text).map(({ der }) => parseCertificate(der)),
  )
  if (certifies(certificates, signing)) return certificates
  throw new ServiceError(
    'SERVICE_FILE_INVALID',
    'token.certificates: the certificate is for another key than signs tokens.',
    { details: { path: 'token.certificates', actual: path } },
  )
}

/** Whether the first of the certificates is for a key. */
export function certifies(certificates: readonly X509Certificate[], key: KeyObject): boolean {
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' })
  const certified = certificates[0]?.publicKey.spki
  return certified !== undefined && spki.equals(certified)
}
