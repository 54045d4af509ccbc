/** The attestation service, and requests of its clients. */
import { createHash } from 'node:crypto'
import type { Attester } from '@veritee/guest'
import type { ServiceConfigInput } from '../src/index.ts'
import { createGuest } from './fixture.ts'
import { type PolicyHouse, startPolicyHouse } from './policy-fixture.ts'

export const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
/** Canonical JSON of objects of texts, at any depth. */
export const canonical = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? `{${Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`)
        .join()}}`
    : JSON.stringify(value)
export const hash = (algorithm: string, value: unknown) => createHash(algorithm).update(canonical(value)).digest()

export interface Answer {
  status: number
  type: string | null
  text: string
  body: Record<string, never>
}

export interface AttestationHouse extends PolicyHouse {
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>
  get(path: string): Promise<Answer>
}

export async function startAttestationHouse(
  over: Partial<ServiceConfigInput> = {},
  base = '/api/attestation-service',
): Promise<AttestationHouse> {
  const house = await startPolicyHouse({ listeners: { attestation: '127.0.0.1:0' }, ...over })
  const root = base === 'bare' ? (house.service.listenerUrls['attestation'] as string) : house.url + base
  const ask = async (path: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(root + path, init)
    const text = await response.text()
    const isJson = /^[[{]/.test(text)
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      text,
      body: (isJson ? JSON.parse(text) : {}) as Record<string, never>,
    }
  }
  return {
    ...house,
    get: (path) => ask(path, {}),
    post: (path, body, headers = {}) =>
      ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
  }
}

export const KEY = await (async () => {
  const pair = await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, ['deriveBits'])
  const { crv, kty, x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey)
  return { alg: 'ECDH-ES+A256KW', crv, kty, x, y }
})()

export const structuredPiece = async (data: object, guest: Attester = createGuest(), more: object = {}) => ({
  tee: 'tdx',
  evidence: encode(await guest.collect(hash('sha384', data))),
  runtime_data: { structured: data },
  ...more,
})
export const requestOf = (pieces: object[], policies: string[] = []) => ({
  verification_requests: pieces,
  policy_ids: policies,
})
export const evaluate = (house: AttestationHouse, pieces: object[], policies: string[] = []) =>
  house.post('/attestation', requestOf(pieces, policies))
export const RUNTIME = { nonce: 'bm9uY2U=', 'tee-pubkey': KEY }
