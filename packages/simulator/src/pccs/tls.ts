import { decodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { encodeImplicit, encodeSequence } from '@veritee/codec/der'
import { encodePem } from '@veritee/codec/pem'
import { EXTENSION_OIDS } from '@veritee/codec/x509'
import { deriveKey } from '../crypto/key.ts'
import { deriveBytes } from '../crypto/seed.ts'
import type { DcapWorld } from '../dcap/types.ts'
import { encodeCertificate } from '../x509/certificate.ts'
import { authorityKeyId, basicConstraints, keyUsage, subjectKeyId } from '../x509/extensions.ts'
import { simulatedName } from '../x509/name.ts'

/** What a TLS server on loopback needs, PEM, and the authority a client must be given. */
export interface LoopbackTls {
  readonly ca: string
  readonly certificate: string
  readonly key: string
}

/** Makes a certificate for `localhost` and 127.0.0.1 under an authority of the world's own. */
export function createLoopbackTls(world: DcapWorld): LoopbackTls {
  const seed = decodeHex(world.recipe.seed)
  const [authority, server] = [deriveKey(seed, 'tls authority'), deriveKey(seed, 'tls server')]
  const issuer = simulatedName('Veritee simulated TLS authority')
  const dates = { notBefore: world.recipe.createdAt - 86_400, notAfter: world.recipe.createdAt + 30 * 365 * 86_400 }
  const ca = encodeCertificate({
    ...dates,
    serial: deriveBytes(seed, 'serial tls authority', 8).fill(1, 0, 1),
    issuer,
    subject: issuer,
    publicKey: authority.spki,
    extensions: [subjectKeyId(authority.id), keyUsage('keyCertSign'), basicConstraints(true, 0)],
    signer: authority,
  })
  const names = encodeSequence(
    encodeImplicit(2, encodeUtf8('localhost')),
    encodeImplicit(7, Uint8Array.of(127, 0, 0, 1)),
  )
  const certificate = encodeCertificate({
    ...dates,
    serial: deriveBytes(seed, 'serial tls server', 8).fill(1, 0, 1),
    issuer,
    subject: simulatedName('localhost'),
    publicKey: server.spki,
    extensions: [
      authorityKeyId(authority.id),
      subjectKeyId(server.id),
      keyUsage('digitalSignature'),
      basicConstraints(false),
      { oid: EXTENSION_OIDS.subjectAltName, value: names },
    ],
    signer: authority,
  })
  return {
    ca: encodePem('CERTIFICATE', ca),
    certificate: encodePem('CERTIFICATE', certificate),
    key: server.exportPem(),
  }
}
