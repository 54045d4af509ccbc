/** Each role at each route of the OpenAPI document that asks for an administrator. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { listPermissions, type Permission, ROLES, type Role } from '../src/access/index.ts'
import { createAdminToken } from '../src/admin/index.ts'
import { createSite, type Running, readProblem, startService } from './fixture.ts'

/** What each operation needs; `any` is any key that is known. An operation that is missing here fails the test. */
const NEEDED: Readonly<Record<string, Permission | 'any'>> = {
  'post /kbs/v0/resource/{repository}/{type}/{tag}': 'secrets:write',
  'delete /kbs/v0/resource/{repository}/{type}/{tag}': 'secrets:write',
  'get /kbs/v0/resources': 'secrets:list',
  'get /kbs/v0/resource/pubkey': 'keys:read',
  'post /kbs/v0/resource/rotate': 'keys:rotate',
  'post /kbs/v0/resource/reload': 'keys:rotate',
  'post /kbs/v0/resource/rewrap': 'keys:rotate',
  'get /kbs/v0/rvps/query': 'references:read',
  'post /kbs/v0/rvps/register': 'references:write',
  'post /kbs/v0/rvps/set_reference_value_list': 'references:write',
  'delete /kbs/v0/rvps/delete/{name}': 'references:write',
  'get /kbs/v0/reference-value': 'references:read',
  'get /kbs/v0/reference-value/{id}': 'references:read',
  'post /kbs/v0/reference-value': 'references:write',
  'post /kbs/v0/resource-policy': 'policies:write',
  'get /kbs/v0/resource-policy': 'policies:read',
  'post /kbs/v0/attestation-policy': 'policies:write',
  'get /kbs/v0/attestation-policies': 'policies:read',
  'get /kbs/v0/attestation-policy/{id}': 'policies:read',
  'delete /kbs/v0/attestation-policy/{id}': 'policies:write',
  'get /api/v1/me': 'any',
  'get /api/v1/access/roles': 'access:read',
  'get /api/v1/access/keys': 'access:read',
  'post /api/v1/access/keys': 'access:write',
  'delete /api/v1/access/keys/{id}': 'access:write',
  'get /api/v1/attestations': 'attestations:read',
  'get /api/v1/attestations/export': 'attestations:read',
  'get /api/v1/attestations/{id}': 'attestations:read',
  'get /api/v1/attestations/{id}/input': 'attestations:read',
  'get /api/v1/stats/attestations': 'attestations:read',
  'get /api/v1/machines': 'attestations:read',
  'get /api/v1/machines/{machine}': 'attestations:read',
  'get /api/v1/collateral': 'attestations:read',
  'post /api/v1/collateral/refresh': 'collateral:refresh',
  'get /api/v1/roots': 'attestations:read',
  'get /api/v1/secrets': 'secrets:list',
  'get /api/v1/secrets/{repository}/{type}/{tag}': 'secrets:list',
  'get /api/v1/audit': 'audit:read',
  'get /api/v1/audit/head': 'audit:read',
  'get /api/v1/audit/export': 'audit:read',
  'get /api/v1/health': 'attestations:read',
  'get /api/v1/events': 'attestations:read',
  'get /api/v1/expiry': 'attestations:read',
  'get /api/v1/search': 'attestations:read',
  'get /api/v1/keys': 'keys:read',
  'post /api/v1/keys/{use}/rotate': 'keys:rotate',
  'get /api/aa-instance/list': 'attestations:read',
  'get /api/audit/attestation': 'audit:read',
  'get /api/audit/resources': 'audit:read',
}

/** Families whose operations are many: reading needs the one permission, changing the other. */
const FAMILIES: readonly (readonly [RegExp, 'policies' | 'references'])[] = [
  [/^\w+ \/api\/v1\/policies/, 'policies'],
  [/^\w+ \/api\/v1\/references/, 'references'],
  [/^\w+ \/api\/attestation-service\/polic/, 'policies'],
]
/** They change nothing, and may be asked by whoever may read. */
const QUESTIONS = /\/(?:dry-run|preview|check|compile)$/

function neededFor(operation: string): Permission | 'any' | undefined {
  const family = FAMILIES.find(([pattern]) => pattern.test(operation))?.[1]
  if (family === undefined) return NEEDED[operation]
  return operation.startsWith('get ') || QUESTIONS.test(operation) ? `${family}:read` : `${family}:write`
}

/** The attestation service has names of its own for the same refusals. */
const NAMES: Readonly<Record<string, string>> = {
  'AS.ACCESS.DENIED': 'SERVICE_ACCESS_DENIED',
  'AS.ACCESS.UNAUTHENTICATED': 'SERVICE_ADMIN_TOKEN_MISSING',
}

async function readCode(response: Response): Promise<string> {
  const { code } = await readProblem(response)
  return NAMES[code] ?? code
}

/** Parameters that name nothing: who is let through learns so. */
const fill = (path: string) =>
  path
    .replace('{use}', 'nothing')
    .replaceAll('{version}', '1')
    .replaceAll(/\{\w+\}/g, 'absent')

async function callAs(running: Running, privateKey: KeyObject | string) {
  const pem =
    typeof privateKey === 'string' ? privateKey : (privateKey.export({ type: 'pkcs8', format: 'pem' }) as string)
  const token = await createAdminToken(pem, { now: running.clock.now })
  return (method: string, path: string, body?: string) =>
    fetch(running.url + path, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body }),
    })
}

async function start() {
  const running = await startService(createSite(), { store: { driver: 'memory' } })
  const admin = await callAs(running, readFileSync(running.service.adminKey.path, 'utf8'))
  const register = async (role: Role, scopes: readonly string[] = ['*']) => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const pem = publicKey.export({ type: 'spki', format: 'pem' })
    const body = JSON.stringify({ name: role, role, scopes, publicKey: pem })
    expect((await admin('POST', '/api/v1/access/keys', body)).status).toBe(200)
    return callAs(running, privateKey)
  }
  const document = (await (await fetch(`${running.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { security?: readonly Record<string, unknown>[] }>>
  }
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { security = [] }]) =>
      security.some((one) => 'admin' in one) ? [{ method, path, name: `${method} ${path}` }] : [],
    ),
  )
  return { ...running, admin, register, operations }
}

describe('each role at each route', () => {
  test('every operation that asks for an administrator is in the table, and the table names no other', async () => {
    const { operations } = await start()
    expect(operations.length).toBeGreaterThan(50)
    const unnamed = operations.map(({ name }) => name).filter((name) => neededFor(name) === undefined)
    expect(unnamed).toEqual([])
    const there = new Set(operations.map(({ name }) => name))
    expect(Object.keys(NEEDED).filter((name) => !there.has(name))).toEqual([])
  })

  test.each(ROLES)('%s', async (role) => {
    const { register, operations } = await start()
    const call = await register(role)
    const may = new Set<string>([...listPermissions(role), 'any'])
    for (const { method, path, name } of operations) {
      const needed = neededFor(name) as string
      const response = await call(method.toUpperCase(), fill(path), method === 'post' ? '' : undefined)
      const code = response.status === 403 ? await readCode(response) : undefined
      await response.body?.cancel().catch(() => undefined)
      expect(response.status, name).not.toBe(401)
      if (may.has(needed)) expect(code, name).toBeUndefined()
      else expect(code, `${role} ${name}`).toBe('SERVICE_ACCESS_DENIED')
    }
  })

  test('nobody without a token, and the refusal is in the audit log', async () => {
    const { operations, url, admin } = await start()
    for (const { method, path, name } of operations) {
      const response = await fetch(url + fill(path), { method: method.toUpperCase() })
      expect(response.status, name).toBe(401)
      expect(await readCode(response), name).toBe('SERVICE_ADMIN_TOKEN_MISSING')
    }
    const audit = (await (await admin('GET', '/api/v1/audit?outcome=refused&limit=200')).json()) as { items: unknown[] }
    // Whoever only asks who he is has asked for nothing.
    expect(audit.items.length).toBeGreaterThanOrEqual(operations.length - 5)
  })
})

describe('each scope at each route', () => {
  const scoped = /^(?:secrets|policies|references):/

  test('a key of one team reaches nothing that has no path, and nothing of another team', async () => {
    const { register, operations } = await start()
    const call = await register('admin', ['team-a'])
    for (const { method, path, name } of operations) {
      const needed = neededFor(name) as string
      if (needed === 'any') continue
      const response = await call(method.toUpperCase(), fill(path), method === 'post' ? '' : undefined)
      const code = response.status >= 400 ? await readCode(response) : undefined
      await response.body?.cancel().catch(() => undefined)
      expect(response.status, name).not.toBe(401)
      if (!scoped.test(needed)) expect(code, name).toMatch(/^SERVICE_ACCESS_(?:SCOPE|DENIED)$/)
      // Lists are cut to the scopes; what is malformed may be told before whose it is; no change comes through.
      else if (method !== 'get') expect(response.status, name).toBeGreaterThanOrEqual(400)
    }
  })

  test('lists of secrets are cut in the store, page by page', async () => {
    const { register, admin } = await start()
    const names = ['team-a/key/1', 'team-a/key/2', 'team-a/key/3', 'team-ab/key/1', 'shared/key/one', 'shared/key/two']
    for (const name of names) expect((await admin('POST', `/kbs/v0/resource/${name}`, name)).status).toBe(200)
    const call = await register('secret-writer', ['team-a', 'shared/key/one'])
    type Page = { items: { name: string }[]; next: string | null; prev: string | null }
    const list = async (query: string) => (await (await call('GET', `/api/v1/secrets?${query}`)).json()) as Page
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const page: Page = await list(`limit=2${cursor === null ? '' : `&cursor=${cursor}`}`)
      seen.push(...page.items.map(({ name }) => name))
      cursor = page.next
    } while (cursor !== null && seen.length < 20)
    expect(seen).toEqual(['shared/key/one', 'team-a/key/1', 'team-a/key/2', 'team-a/key/3'])
    expect((await list('prefix=shared')).items.map(({ name }) => name)).toEqual(['shared/key/one'])
    expect((await list('prefix=team-a/key')).items).toHaveLength(3)
    expect((await list('prefix=team-ab')).items).toEqual([])
    expect((await call('GET', '/api/v1/secrets/team-a/key/1')).status).toBe(200)
    const other = await call('GET', '/api/v1/secrets/shared/key/two')
    expect([other.status, (await readProblem(other)).code]).toEqual([403, 'SERVICE_ACCESS_SCOPE'])
  })
})
