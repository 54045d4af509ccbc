import { createHmac, createPublicKey, createSign, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { decodeBase64Url, decodeUtf8, encodeBase64Url, encodeUtf8 } from '@veritee/codec/bytes'
import fc from 'fast-check'
import { decodeProtectedHeader, importJWK, jwtVerify } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { AppraisalError } from '../errors.ts'
import type { Judgement } from '../judge/index.ts'
import {
  computeThumbprint,
  createTokenSigner,
  createTokenTrust,
  type EarContent,
  importTokenSigner,
  issueEarToken,
  JUDGEMENT_CLAIM,
  type TokenSigner,
  type TokenTrust,
  verifyToken,
} from './index.ts'

const NOW = 1_790_000_000
const AUDIENCE = 'https://keys.example.org'
const teePublicKey = { kty: 'EC', crv: 'P-256', alg: 'ECDH-ES+A256KW', x: 'eA', y: 'eQ' }

const judgement: Judgement = {
  tee: 'tdx',
  answers: { readable: 'yes', genuine: 'yes', fresh: 'yes', expected: 'yes' },
  genuine: true,
  accepted: true,
  status: 'UpToDate',
  advisories: [],
  checks: [],
  findings: [],
  claims: { tdx: { quote: { body: { mr_td: 'ab' } } }, report_data: 'cd', init_data: '00' },
  simulated: false,
  root: 'Intel SGX Root CA',
}

const content: EarContent = {
  now: NOW,
  issuer: 'veritee',
  audience: AUDIENCE,
  nonce: 'bm9uY2U=',
  build: 'veritee 0.1.0',
  submods: [
    {
      name: 'cpu0',
      judgement,
      trustVector: { configuration: 2, executables: 3, hardware: 2 },
      policyId: 'default',
      runtimeData: { 'additional-evidence': '', nonce: 'bm9uY2U=', 'tee-pubkey': teePublicKey },
    },
  ],
}
const questions = { now: NOW, audience: AUDIENCE }

function createKey(): { readonly privateKey: KeyObject; readonly jwk: Record<string, unknown> } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { privateKey, jwk: privateKey.export({ format: 'jwk' }) as Record<string, unknown> }
}

const issuer = createKey()
const attacker = createKey()
const publicOf = ({ d: _, ...jwk }: Record<string, unknown>): Record<string, unknown> => ({ ...jwk, alg: 'ES256' })
let signer: TokenSigner
let trust: TokenTrust
let token: string

beforeAll(async () => {
  signer = await importTokenSigner(issuer.jwk)
  trust = createTokenTrust({ keys: [signer.publicJwk] })
  token = (await issueEarToken(content, signer)).token
})

/** A token with any header and payload, signed by any key. */
function forge(header: object | string, payload: object | string, key: KeyObject = issuer.privateKey): string {
  const encode = (part: object | string) =>
    encodeBase64Url(encodeUtf8(typeof part === 'string' ? part : JSON.stringify(part)))
  const text = `${encode(header)}.${encode(payload)}`
  const signature = sign('sha256', encodeUtf8(text), { key, dsaEncoding: 'ieee-p1363' })
  return `${text}.${encodeBase64Url(signature)}`
}

const claims = { iss: 'veritee', aud: AUDIENCE, exp: NOW + 300 }

describe('issuing', () => {
  test('the claims of a token, and what verification makes of them', async () => {
    const issued = await issueEarToken({ ...content, id: 'id-1' }, signer)
    expect(issued).toMatchObject({ id: 'id-1', expiresAt: NOW + 300 })
    const verified = await verifyToken(issued.token, trust, { ...questions, nonce: 'bm9uY2U=', issuer: 'veritee' })
    expect(verified).toMatchObject({
      kind: 'ear',
      id: 'id-1',
      issuer: 'veritee',
      audience: [AUDIENCE],
      nonce: 'bm9uY2U=',
      issuedAt: NOW,
      expiresAt: NOW + 300,
      simulated: false,
      trustedBy: 'pinned',
      algorithm: 'ES256',
      teePublicKey,
      keyThumbprint: computeThumbprint(signer.publicJwk),
    })
    expect(verified.claims).toMatchObject({
      eat_profile: 'tag:github.com,2024:confidential-containers/Trustee',
      nbf: NOW,
      'ear.verifier-id': { developer: 'Veritee', build: 'veritee 0.1.0' },
      submods: {
        cpu0: {
          'ear.status': 'affirming',
          'ear.trustworthiness-vector': { configuration: 2, executables: 3, hardware: 2 },
          'ear.appraisal-policy-id': 'default',
          'ear.veraison.annotated-evidence': { ...judgement.claims, runtime_data_claims: { nonce: 'bm9uY2U=' } },
          [JUDGEMENT_CLAIM]: { simulated: false, status: 'UpToDate' },
        },
      },
    })
  })

  test('the header carries the key and names it by its thumbprint; another library agrees', async () => {
    const header = decodeProtectedHeader(token)
    expect(header).toMatchObject({ typ: 'JWT', alg: 'ES256', kid: computeThumbprint(signer.publicJwk) })
    expect(header.jwk).toMatchObject({ alg: 'ES256', kty: 'EC', crv: 'P-256' })
    expect(header.jwk).not.toHaveProperty('d')
    const key = await importJWK(header.jwk!, 'ES256')
    const { payload } = await jwtVerify(token, key, { audience: AUDIENCE, currentDate: new Date(NOW * 1000) })
    expect(payload.jti).toMatch(/^[\w-]{22}$/)
  })

  test('every token has an id of its own', async () => {
    const [a, b] = await Promise.all([issueEarToken(content, signer), issueEarToken(content, signer)])
    expect(a?.id).not.toBe(b?.id)
  })

  test('a simulated root is told', async () => {
    const submods = [{ ...content.submods[0]!, judgement: { ...judgement, simulated: true } }]
    const simulated = await issueEarToken({ ...content, submods }, signer)
    expect(await verifyToken(simulated.token, trust, questions)).toMatchObject({ simulated: true })
  })

  test('the status is that of the worst claim', async () => {
    const submods = [{ ...content.submods[0]!, trustVector: { hardware: 2, executables: 33 } }]
    const issued = await issueEarToken({ ...content, submods }, signer)
    const verified = await verifyToken(issued.token, trust, questions)
    expect(verified.claims).toMatchObject({ submods: { cpu0: { 'ear.status': 'warning' } } })
  })

  test.each<[string, Partial<EarContent>]>([
    ['no submodule', { submods: [] }],
    ['two of one name', { submods: [content.submods[0]!, content.submods[0]!] }],
    ['a lifetime of nothing', { lifetimeSeconds: 0 }],
    ['a lifetime of a year', { lifetimeSeconds: 31_536_000 }],
    ['a clock that is none', { now: Number.NaN }],
    ['a claim out of range', { submods: [{ ...content.submods[0]!, trustVector: { hardware: 128 } }] }],
    ['an unknown claim', { submods: [{ ...content.submods[0]!, trustVector: { hardwear: 2 } as object }] }],
  ])('%s is refused', async (_name, over) => {
    await expect(issueEarToken({ ...content, ...over }, signer)).rejects.toMatchObject({
      code: 'APPRAISAL_TOKEN_INPUT_INVALID',
    })
  })

  test('a signer needs both halves of one P-256 key', async () => {
    const publicJwk = publicOf(attacker.jwk)
    await expect(createTokenSigner({ sign: signer.sign, publicJwk })).rejects.toMatchObject({
      code: 'APPRAISAL_TOKEN_KEY_INVALID',
    })
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
    await expect(
      importTokenSigner(privateKey.export({ format: 'jwk' }) as object as Record<string, unknown>),
    ).rejects.toMatchObject({
      code: 'APPRAISAL_TOKEN_KEY_INVALID',
    })
  })
})

describe('trust', () => {
  test.each<[string, Parameters<typeof createTokenTrust>[0]]>([
    ['nothing', {}],
    ['a private key', { keys: [issuer.jwk] }],
    ['a shared secret', { keys: [{ kty: 'oct', k: 'AAAA', alg: 'HS256' }] }],
    ['a key for encryption', { keys: [{ ...publicOf(issuer.jwk), use: 'enc' }] }],
    ['a key of another algorithm', { keys: [{ ...publicOf(issuer.jwk), alg: 'ES384' }] }],
    ['a point off the curve', { keys: [{ ...publicOf(issuer.jwk), y: publicOf(attacker.jwk)['y'] }] }],
    ['an RSA key that does not say its algorithm', { keys: [createRsaJwk(2048, undefined)] }],
    ['a short RSA key', { keys: [createRsaJwk(1024, 'RS256')] }],
    ['no certificate', { certificates: ['text'] }],
    ['a malformed certificate', { certificates: [Uint8Array.of(0x30, 0x03, 1, 1, 1)] }],
  ])('%s is refused', (_name, input) => {
    expect(() => createTokenTrust(input)).toThrow(
      expect.objectContaining({ code: 'APPRAISAL_TOKEN_KEY_INVALID', name: 'AppraisalError' }),
    )
  })
})

function createRsaJwk(bits: number, alg: string | undefined): Record<string, unknown> {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: bits })
  return { ...publicKey.export({ format: 'jwk' }), ...(alg === undefined ? {} : { alg }) }
}

describe('confusion', () => {
  const kid = () => signer.publicJwk['kid'] as string
  const pem = createPublicKey(issuer.privateKey).export({ type: 'spki', format: 'pem' }) as string
  const hmacToken = (secret: string | Uint8Array) => {
    const text = forge({ alg: 'HS256', kid: kid() }, claims).split('.').slice(0, 2).join('.')
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
  }

  test.each<[string, string, () => string]>([
    [
      'alg none, no signature',
      'ALGORITHM_REFUSED',
      () => `${forge({ alg: 'none' }, claims).split('.').slice(0, 2).join('.')}.`,
    ],
    ['alg None', 'ALGORITHM_REFUSED', () => forge({ alg: 'None', kid: kid() }, claims)],
    ['alg es256', 'ALGORITHM_REFUSED', () => forge({ alg: 'es256', kid: kid() }, claims)],
    ['alg as a list', 'ALGORITHM_REFUSED', () => forge({ alg: ['ES256'], kid: kid() }, claims)],
    ['a name of the prototype', 'ALGORITHM_REFUSED', () => forge({ alg: 'constructor', kid: kid() }, claims)],
    ['the public key as secret, PEM', 'ALGORITHM_REFUSED', () => hmacToken(pem)],
    ['the public key as secret, JSON', 'ALGORITHM_REFUSED', () => hmacToken(JSON.stringify(signer.publicJwk))],
    [
      'an allowed algorithm that is not the key’s',
      'ALGORITHM_REFUSED',
      () => forge({ alg: 'ES384', kid: kid() }, claims),
    ],
    ['RSA for an EC key', 'ALGORITHM_REFUSED', () => forge({ alg: 'RS256', kid: kid() }, claims)],
    ['kid of nobody', 'KEY_UNKNOWN', () => forge({ alg: 'ES256', kid: 'nobody' }, claims)],
    ['kid that is a path', 'KEY_UNKNOWN', () => forge({ alg: 'ES256', kid: '../../dev/null' }, claims)],
    [
      'a key from elsewhere',
      'KEY_UNTRUSTED',
      () => forge({ alg: 'ES256', jwk: publicOf(attacker.jwk) }, claims, attacker.privateKey),
    ],
    [
      'a key from elsewhere under the name of ours',
      'KEY_UNTRUSTED',
      () => forge({ alg: 'ES256', kid: kid(), jwk: publicOf(attacker.jwk) }, claims, attacker.privateKey),
    ],
    ['a shared secret inside', 'KEY_UNTRUSTED', () => forge({ alg: 'ES256', jwk: { kty: 'oct', k: 'AAAA' } }, claims)],
    [
      'a private key inside',
      'KEY_UNTRUSTED',
      () => forge({ alg: 'ES256', jwk: { ...issuer.jwk, alg: 'ES256' } }, claims),
    ],
    [
      'a URL of keys',
      'SIGNATURE_INVALID',
      () => forge({ alg: 'ES256', jku: 'https://attacker.example/keys' }, claims, attacker.privateKey),
    ],
    [
      'the signature of another key',
      'SIGNATURE_INVALID',
      () => forge({ alg: 'ES256', kid: kid() }, claims, attacker.privateKey),
    ],
    ['no signature', 'SIGNATURE_INVALID', () => `${token.split('.').slice(0, 2).join('.')}.`],
    [
      'a signature of zeros',
      'SIGNATURE_INVALID',
      () => `${token.split('.').slice(0, 2).join('.')}.${encodeBase64Url(new Uint8Array(64))}`,
    ],
    [
      'a DER signature',
      'SIGNATURE_INVALID',
      () => {
        const text = forge({ alg: 'ES256', kid: kid() }, claims).split('.').slice(0, 2).join('.')
        return `${text}.${createSign('sha256').update(text).sign(issuer.privateKey).toString('base64url')}`
      },
    ],
    ['crit', 'MALFORMED', () => forge({ alg: 'ES256', kid: kid(), crit: ['x'], x: 1 }, claims)],
    ['b64 false', 'MALFORMED', () => forge({ alg: 'ES256', kid: kid(), b64: false }, claims)],
    ['alg twice', 'MALFORMED', () => forge(`{"alg":"none","alg":"ES256","kid":"${kid()}"}`, claims)],
    [
      'exp twice',
      'MALFORMED',
      () => forge({ alg: 'ES256', kid: kid() }, `{"exp":1,"exp":${NOW + 300},"aud":"${AUDIENCE}"}`),
    ],
    ['another type', 'MALFORMED', () => forge({ alg: 'ES256', kid: kid(), typ: 'dpop' }, claims)],
    ['kid as a number', 'MALFORMED', () => forge({ alg: 'ES256', kid: 1 }, claims)],
    ['jwk as a text', 'MALFORMED', () => forge({ alg: 'ES256', jwk: 'key' }, claims)],
    ['a header that is a list', 'MALFORMED', () => forge('[]', claims)],
    ['a payload that is a list', 'MALFORMED', () => forge({ alg: 'ES256', kid: kid() }, '[]')],
    ['five parts', 'MALFORMED', () => `${token}.e30.e30`],
    ['two parts', 'MALFORMED', () => token.split('.').slice(0, 2).join('.')],
    ['padding', 'MALFORMED', () => `${token}=`],
    ['white space', 'MALFORMED', () => ` ${token}`],
    ['too long', 'MALFORMED', () => `${token}${'A'.repeat(1 << 20)}`],
    ['a header too long', 'MALFORMED', () => forge({ alg: 'ES256', kid: kid(), x: 'A'.repeat(1 << 17) }, claims)],
    ['no exp', 'CLAIMS_INVALID', () => forge({ alg: 'ES256', kid: kid() }, { aud: AUDIENCE })],
    [
      'exp as a text',
      'CLAIMS_INVALID',
      () => forge({ alg: 'ES256', kid: kid() }, { ...claims, exp: String(NOW + 300) }),
    ],
    ['aud as a number', 'CLAIMS_INVALID', () => forge({ alg: 'ES256', kid: kid() }, { ...claims, aud: 1 })],
    ['expired', 'EXPIRED', () => forge({ alg: 'ES256', kid: kid() }, { ...claims, exp: NOW - 61 })],
    ['not yet valid', 'NOT_YET_VALID', () => forge({ alg: 'ES256', kid: kid() }, { ...claims, nbf: NOW + 61 })],
    [
      'another audience',
      'AUDIENCE_MISMATCH',
      () => forge({ alg: 'ES256', kid: kid() }, { ...claims, aud: ['a', 'b'] }),
    ],
    ['no audience', 'AUDIENCE_MISMATCH', () => forge({ alg: 'ES256', kid: kid() }, { exp: NOW + 300 })],
  ])('%s: %s', async (_name, code, make) => {
    await expect(verifyToken(make(), trust, questions)).rejects.toMatchObject({
      name: 'AppraisalError',
      code: `APPRAISAL_TOKEN_${code}`,
    })
  })

  test('without kid and jwk a single pinned key is the one', async () => {
    await expect(verifyToken(forge({ alg: 'ES256' }, claims), trust, questions)).resolves.toMatchObject({
      kind: 'other',
    })
    const two = createTokenTrust({ keys: [signer.publicJwk, publicOf(attacker.jwk)] })
    await expect(verifyToken(forge({ alg: 'ES256' }, claims), two, questions)).rejects.toMatchObject({
      code: 'APPRAISAL_TOKEN_KEY_UNKNOWN',
    })
  })

  test('another issuer, another nonce, a missing audience by name', async () => {
    const made = forge({ alg: 'ES256' }, { iss: 'veritee', exp: NOW + 300, eat_nonce: 'n' })
    const ask = (over: object) => verifyToken(made, trust, { ...questions, allowMissingAudience: true, ...over })
    await expect(ask({ nonce: 'n', issuer: 'veritee' })).resolves.toMatchObject({ nonce: 'n' })
    await expect(ask({ nonce: 'm' })).rejects.toMatchObject({ code: 'APPRAISAL_TOKEN_NONCE_MISMATCH' })
    await expect(ask({ issuer: 'other' })).rejects.toMatchObject({ code: 'APPRAISAL_TOKEN_ISSUER_MISMATCH' })
  })

  test('any altered letter of a token is refused', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: token.length - 1 }),
        fc.constantFrom('A', 'z', '_', '.', '=', '"'),
        async (at, letter) => {
          fc.pre(token[at] !== letter)
          const altered = token.slice(0, at) + letter + token.slice(at + 1)
          await expect(verifyToken(altered, trust, questions)).rejects.toBeInstanceOf(AppraisalError)
        },
      ),
      { numRuns: 200 },
    )
  })

  test('whatever the text, only this error leaves', async () => {
    const part = fc.oneof(
      fc.string(),
      fc.json().map((json) => encodeBase64Url(new TextEncoder().encode(json))),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 4 }), async (parts) => {
        await expect(verifyToken(parts.join('.'), trust, questions)).rejects.toBeInstanceOf(AppraisalError)
      }),
      { numRuns: 200 },
    )
  })
})

test('the payload of a token is not read before its signature', async () => {
  const [head, , signature] = token.split('.') as [string, string, string]
  const broken = `${head}.${encodeBase64Url(encodeUtf8('not json'))}.${signature}`
  await expect(verifyToken(broken, trust, questions)).rejects.toMatchObject({
    code: 'APPRAISAL_TOKEN_SIGNATURE_INVALID',
  })
  expect(decodeUtf8(decodeBase64Url(head))).toContain('"alg":"ES256"')
})
