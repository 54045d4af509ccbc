/** A service with policies, and whoever works on them. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Attester } from '@veritee/guest'
import { expect } from 'vitest'
import { createAdminToken } from '../src/admin/index.ts'
import type { AuditEntry } from '../src/audit/index.ts'
import type { ServiceConfigInput } from '../src/index.ts'
import { createGuest, createSite, HandClient, type Running, type Site, startService } from './fixture.ts'

export const ALLOW = 'package policy\ndefault allow := true\n'
export const DENY = 'package policy\ndefault allow := false\n'
/** What no dialect of the language reads. */
export const BROKEN = 'package policy\nallow := := true\n'
/** Allows what a fixture's guest measures to. */
export const STRICT =
  'package policy\nimport rego.v1\ndefault allow := false\nallow if input.tdx.td_attributes.debug == false\n'

/** A client of our own API that signs with one key. */
export type ApiCall = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<{ status: number; body: Record<string, never>; etag: string | null; text: string }>

export function callAs(running: Running, pem: string, subject?: string): ApiCall {
  return async (method, path, body, headers = {}) => {
    const token = await createAdminToken(pem, { now: running.clock.now, ...(subject === undefined ? {} : { subject }) })
    const response = await fetch(running.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = text.startsWith('{') || text.startsWith('[')
    return {
      status: response.status,
      body: (isJson && !text.includes('}\n{') ? JSON.parse(text) : {}) as Record<string, never>,
      etag: response.headers.get('etag'),
      text,
    }
  }
}

export interface PolicyHouse extends Running {
  readonly site: Site
  readonly folder: string
  readonly call: ApiCall
  /** Writes `ID.rego` as an operator does, by hand. */
  writeFile(id: string, text: string): void
  readFile(id: string): string
  /** Puts a policy under an id, in force unless told. */
  put(id: string, text: string, more?: object, headers?: Record<string, string>): ReturnType<ApiCall>
  /** Somebody with another key. */
  register(role: string, scopes?: readonly string[]): Promise<ApiCall>
  /** Attests, and gives the guest's client and the answer. */
  attest(guest?: Attester): Promise<{ client: HandClient; status: number; body: Record<string, never> }>
  auditEntries(): Promise<AuditEntry[]>
}

export async function startPolicyHouse(
  over: Partial<ServiceConfigInput> = {},
  site: Site = createSite(),
): Promise<PolicyHouse> {
  const running = await startService(site, over)
  const folder = join(over.dir ?? site.dir, 'policies', 'opa')
  mkdirSync(folder, { recursive: true })
  const call = callAs(running, readFileSync(running.service.adminKey.path, 'utf8'), 'ada')
  return {
    ...running,
    site,
    folder,
    call,
    writeFile: (id, text) => writeFileSync(join(folder, `${id}.rego`), text),
    readFile: (id) => readFileSync(join(folder, `${id}.rego`), 'utf8'),
    put: (id, text, more = {}, headers = {}) =>
      call('POST', `/api/v1/policies/${id}/versions`, { text, reason: 'a reason', activate: true, ...more }, headers),
    async register(role, scopes) {
      const pair = generateKeyPairSync('ed25519')
      const publicKey = pair.publicKey.export({ type: 'spki', format: 'pem' })
      const body = { name: role, role, publicKey, ...(scopes === undefined ? {} : { scopes }) }
      expect((await call('POST', '/api/v1/access/keys', body)).status).toBe(200)
      return callAs(running, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string)
    },
    async attest(guest = createGuest()) {
      const client = new HandClient(running.url)
      await client.auth()
      const response = await client.attestAs(guest)
      return { client, status: response.status, body: (await response.json()) as Record<string, never> }
    },
    async auditEntries() {
      const { text } = await call('GET', '/api/v1/audit/export')
      return text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as AuditEntry)
    },
  }
}

/** The payload of a JWT, unverified. */
export const readPayload = (token: string): Record<string, never> =>
  JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString()) as Record<string, never>

/** Grades: two claims by what the machine is, one by a reference value. */
export const GRADED = `package policy
import rego.v1
default executables := 33
default hardware := 97
default configuration := 36
hardware := 2 if input.tdx.td_attributes.debug == false
executables := 3 if input.tdx.quote.body.mr_td in query_reference_value("mr_td")
configuration := 2 if input.tdx.td_attributes.debug == false
`

/** Attributes of a guest that can be looked into. */
export const DEBUG = { tdAttributes: (1n << 28n) | 1n }

export const grade = (claim: number) => `package policy\ntrust_claims := {"hardware": ${claim}}\n`

export const submodOf = (body: Record<string, never>) =>
  readPayload(String(body['token']))['submods']?.['cpu0'] as unknown as Record<string, never>

export async function registerReferences(house: PolicyHouse, values: object): Promise<void> {
  const payload = Buffer.from(JSON.stringify(values)).toString('base64')
  const message = JSON.stringify({ version: '0.1.0', type: 'sample', payload })
  expect((await house.call('POST', '/kbs/v0/rvps/register', { message })).status).toBe(200)
}

export const readMrTd = async (house: PolicyHouse): Promise<string> => {
  const { body } = await house.attest()
  return submodOf(body)['ear.veraison.annotated-evidence']?.['tdx']?.['quote']?.['body']?.['mr_td'] as unknown as string
}
