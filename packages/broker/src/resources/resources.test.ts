import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BrokerError } from '../errors.ts'
import {
  createStatusPolicy,
  formatResourcePath,
  formatResourceUri,
  parsePluginUri,
  parseResourcePath,
  parseResourceUri,
} from './index.ts'

const path = { repository: 'default', type: 'local-resources', tag: 'rootfs' }

describe('paths', () => {
  test.each(['default/local-resources/rootfs', '-/_/a..b', 'A.b/C-d/0'])('%s', (text) => {
    expect(formatResourcePath(parseResourcePath(text))).toBe(text)
  })

  test.each([
    '',
    'a',
    'a/b',
    'a/b/c/d',
    '/a/b/c',
    'a//c',
    'a/b/',
    '../b/c',
    'a/./c',
    'a/b/.c',
    'a/b/c%20',
    'a/b/c d',
    'a/b/ç',
    'a\\b/c/d',
    `a/b/${'c'.repeat(300)}`,
    'a/b/c\0',
    'a/b/c\n',
  ])('%j is refused', (text) => {
    expect(() => parseResourcePath(text)).toThrow(
      expect.objectContaining({ code: 'BROKER_RESOURCE_PATH_INVALID', status: 404 }),
    )
  })
})

describe('URIs', () => {
  test.each([
    ['kbs:///default/local-resources/rootfs', { path, host: '' }],
    ['kbs://kbs.example.org:8080/default/local-resources/rootfs', { path, host: 'kbs.example.org:8080' }],
    ['kbs+resource:///default/local-resources/rootfs', { path, host: '' }],
  ])('%s', (text, expected) => {
    expect(parseResourceUri(text)).toEqual(expected)
  })

  test('two slashes are understood and warned about', () => {
    const { warning, ...read } = parseResourceUri('kbs://default/local-resources/rootfs')
    expect(read).toEqual({ path, host: '' })
    expect(warning).toContain('kbs:///default/local-resources/rootfs')
  })

  test('the canonical form is read as it was', () => {
    expect(parseResourceUri(formatResourceUri(path))).toEqual({ path, host: '' })
  })

  test('other plugins', () => {
    expect(parsePluginUri('kbs+nebula-ca:///credential?name=a&ip=b')).toEqual({
      plugin: 'nebula-ca',
      host: '',
      segments: ['credential'],
      query: 'name=a&ip=b',
    })
  })

  test.each([
    '',
    'kbs://',
    'kbs:///',
    'kbs:///a',
    'kbs:///a/b',
    'kbs:///a/b/c/d',
    'kbs://h.example/a/b',
    'kbs:///a/b/c?d=e',
    'kbs:///a/b/c#d',
    'kbs+pkcs11:///a/b/c',
    'https:///a/b/c',
    'KBS:///a/b/c',
    'kbs:///a/../c',
    'kbs:/a/b/c',
  ])('%s is refused', (text) => {
    expect(() => parseResourceUri(text)).toThrow(expect.objectContaining({ code: 'BROKER_RESOURCE_URI_INVALID' }))
  })

  test('whatever the text, only this error leaves', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `kbs:///${text}`),
        ),
        (text) => {
          for (const parse of [parseResourceUri, parsePluginUri, parseResourcePath]) {
            try {
              parse(text)
            } catch (error) {
              expect(error).toBeInstanceOf(BrokerError)
            }
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('the policy of a broker that was given none', () => {
  const request = (claims: Record<string, unknown>) => ({
    claims,
    plugin: 'resource',
    segments: ['a', 'b', 'c'],
    query: {},
  })
  const submods = (...statuses: unknown[]) => ({
    submods: Object.fromEntries(statuses.map((status, index) => [`cpu${index}`, { 'ear.status': status }])),
  })

  test('releases to machines that are affirmed', async () => {
    const { id, decide } = createStatusPolicy()
    expect(id).toBe('status')
    expect(await decide(request(submods('affirming', 'affirming')))).toEqual({ allowed: true, findings: [] })
  })

  test.each<[string, Record<string, unknown>, string]>([
    ['a warning', submods('warning'), 'submods.cpu0.ear.status'],
    ['one of two', submods('affirming', 'contraindicated'), 'submods.cpu1.ear.status'],
    ['none', submods('none'), 'submods.cpu0.ear.status'],
    ['no status', submods(undefined), 'submods.cpu0.ear.status'],
    ['a status that is no text', submods(['affirming']), 'submods.cpu0.ear.status'],
    ['no submodule', { submods: {} }, 'submods'],
    ['another form of token', { 'tcb-status': '{}' }, 'submods'],
    ['submodules that are a list', { submods: [{ 'ear.status': 'affirming' }] }, 'submods'],
    ['a submodule that is null', { submods: { cpu0: null } }, 'submods.cpu0.ear.status'],
  ])('denies on %s', async (_name, claims, where) => {
    const { allowed, findings } = await createStatusPolicy().decide(request(claims))
    expect(allowed).toBe(false)
    expect(findings).toMatchObject([{ code: 'BROKER_RESOURCE_DENIED', severity: 'error', path: where }])
  })

  test('other statuses release only by name', async () => {
    const policy = createStatusPolicy({ statuses: ['affirming', 'warning'] })
    expect(await policy.decide(request(submods('affirming', 'warning')))).toMatchObject({ allowed: true })
    expect(await policy.decide(request(submods('contraindicated')))).toMatchObject({ allowed: false })
    expect(await createStatusPolicy({ statuses: [] }).decide(request(submods('affirming')))).toMatchObject({
      allowed: false,
    })
  })
})
