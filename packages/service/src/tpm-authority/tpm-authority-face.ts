import { createPublicKey } from 'node:crypto'
import { z } from '@hono/zod-openapi'
import { encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { admitRequest, type Gate } from '../access/index.ts'
import { ServiceError } from '../errors.ts'
import type { Face, HttpContext } from '../http/index.ts'
import { describeAdminOperation } from '../http/operation.ts'
import type { CertifyRequest, TpmAuthority } from './authority.ts'

export interface TpmAuthorityFaceOptions {
  readonly authority: TpmAuthority
  readonly gate: Gate
  /** Epoch seconds. */
  readonly now: () => number
}

const QUERY = z.object({
  name: z.string(),
  ak_pubkey: z.string(),
  duration: z.string().optional(),
  ek_cert: z.string().optional(),
})

const CERTIFY = describeAdminOperation(
  'Certify an attestation key: the bytes of a PEM chain. Nobody checks that the key is inside a TPM but whoever asks',
  z.array(z.number()),
  { request: { query: QUERY } },
)
const CHAIN = describeAdminOperation('The certificates of the authority, PEM', 'PEM')

/** The plugin `tpm-pca` of key brokers. */
export function createTpmAuthorityFace({ authority, gate, now }: TpmAuthorityFaceOptions): Face {
  return {
    name: 'TPM authority',
    basePaths: ['/kbs/v0', '/api/kbs/v0'],
    routes: [
      {
        method: 'get',
        path: '/tpm-pca/ak-credential',
        operation: CERTIFY,
        audit: 'tpm.certify',
        async respond(c) {
          // Whoever may say this lets a machine pass: as much as making somebody an administrator.
          await admitRequest(c, gate, 'access:write')
          const request = readRequest(c)
          noteRequest(c, request)
          const chain = authority.certify(request, now())
          return c.json([...encodeUtf8(chain)])
        },
      },
      {
        method: 'get',
        path: '/tpm-pca/certificate',
        operation: CHAIN,
        async respond(c) {
          await admitRequest(c, gate, 'keys:read')
          return c.body(authority.chain, 200, { 'content-type': 'application/x-pem-file' })
        },
      },
    ],
  }
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9 ._:-]{0,63}$/
const DURATION = /^(\d{1,9})([smhd])$/
const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }
const MIN_RSA_BITS = 2048
const MAX_PEM_CHARACTERS = 8192

/** @throws ServiceError SERVICE_REQUEST_INVALID */
function readRequest(c: HttpContext): CertifyRequest {
  const { name = '', ak_pubkey: pem = '', duration } = c.req.query()
  if (!NAME.test(name)) throw invalid('name', 'letters, digits, blanks and . _ : -, 64 at most', name)
  return { name, publicKey: readPublicKey(pem), ...(duration === undefined ? {} : readDuration(duration)) }
}

function readDuration(text: string): { lifetimeSeconds: number } {
  const [, count = '', unit = ''] = DURATION.exec(text) ?? []
  const lifetimeSeconds = Number(count) * (UNIT_SECONDS[unit] ?? 0)
  if (lifetimeSeconds > 0) return { lifetimeSeconds }
  throw invalid('duration', 'a number with s, m, h or d behind it', text)
}

function readPublicKey(pem: string): Uint8Array {
  const expected = 'a public key in PEM: RSA of 2048 bits or more, P-256 or P-384'
  if (pem.length > MAX_PEM_CHARACTERS || !pem.trimStart().startsWith('-----BEGIN PUBLIC KEY-----'))
    throw invalid('ak_pubkey', expected, pem)
  try {
    const key = createPublicKey(pem)
    const { modulusLength = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {}
    if (modulusLength >= MIN_RSA_BITS || ['prime256v1', 'secp384r1'].includes(namedCurve))
      return new Uint8Array(key.export({ type: 'spki', format: 'der' }))
  } catch {
    // Whatever the library says of it, it is no such key.
  }
  throw invalid('ak_pubkey', expected, pem)
}

/** What was certified is in the audit log, also the certificate of the endorsement key that was given and is not checked. */
function noteRequest(c: HttpContext, { name, publicKey }: CertifyRequest): void {
  const endorsement = c.req.query('ek_cert')
  const detail = {
    ak: encodeHex(digest('sha256', publicKey)),
    ...(endorsement === undefined ? {} : { ekCert: encodeHex(digest('sha256', encodeUtf8(endorsement))) }),
  }
  c.set('auditDetail', { object: name, detail })
}

function invalid(path: string, expected: string, actual: string): ServiceError {
  return new ServiceError('SERVICE_REQUEST_INVALID', `${path}: expected ${expected}.`, {
    details: { path, expected, actual: actual.slice(0, 64) },
  })
}
