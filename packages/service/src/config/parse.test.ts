import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { mergeConfig, parseConfig, readConfigFile } from './parse.ts'

const errorOf = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    return error as { code: string; message: string; details: { path: string; problems: { path: string }[] } }
  }
  throw new Error('nothing was thrown')
}

describe('configuration', () => {
  test('only dir is needed, and every default is the strict one', () => {
    expect(parseConfig({ dir: '/data' })).toEqual({
      dir: '/data',
      adminKeys: [],
      adminTokenSeconds: 3600,
      attestation: { requireChallenge: false },
      broker: { versions: ['0.4.0'], allowRsa15: false },
      gateway: { heartbeatMinutes: 10 },
      listeners: {},
      policies: { claims: 'typed', fallback: 'expectations', openOnLoopback: false },
      resources: {},
      listen: '127.0.0.1:8081',
      allowPlainHttp: false,
      store: { driver: 'sqlite' },
      handshake: { lifetimeSeconds: 300 },
      token: {
        issuer: 'veritee',
        audience: 'veritee',
        lifetimeSeconds: 300,
        kind: 'ear',
        subjectClaims: [],
        teeKeyPaths: [],
        trustedCertificates: [],
        trustedKeys: [],
        additionalClaims: [],
      },
      collateral: { bundles: [], stores: [], timeoutSeconds: 10 },
      trustSimulatedRoots: [],
      trustTpmAuthorities: [],
      trustEnclaveRoots: [],
      allowAttestationKeys: [],
      enabledTees: [],
      release: { statuses: ['affirming'], policies: ['default'] },
      limits: {
        bodyBytes: 2097152,
        requestSeconds: 30,
        headersSeconds: 10,
        stopSeconds: 20,
        connections: 4096,
        perClient: { perSecond: 100, burst: 1000, loopback: false },
      },
      retention: { attemptDays: 365, inputDays: 30, inputBytes: 4 * 1024 ** 3 },
      metrics: 'loopback',
      references: { register: 'merge', provenanceKeys: [], allowUnsignedProvenance: false },
      grpc: { allowPlain: false },
      log: { level: 'info' },
    })
  })

  test.each([
    [{ dir: 'x', lissten: '127.0.0.1:1' }, 'lissten', 'Did you mean listen?'],
    [{ dir: 'x', trust_simulated_roots: [] }, 'trust_simulated_roots', 'Did you mean trustSimulatedRoots?'],
    [{ dir: 'x', limits: { bodybyte: 1 } }, 'limits.bodybyte', 'Did you mean limits.bodyBytes?'],
    [{ dir: 'x', store: { driver: 'sqlite', paht: 'y' } }, 'store.paht', 'Did you mean store.path?'],
    [{ dir: 'x', tls: { cert: 'a', key: 'b', kez: 'c' } }, 'tls.kez', 'Did you mean tls.key?'],
    [{ dir: 'x', somethingElse: 1 }, 'somethingElse', 'There is no key somethingElse.'],
  ])('SERVICE_CONFIG_KEY_UNKNOWN: %j', (config, path, message) => {
    const error = errorOf(() => parseConfig(config))
    expect(error.code).toBe('SERVICE_CONFIG_KEY_UNKNOWN')
    expect(error.details.path).toBe(path)
    expect(error.message).toContain(message)
  })

  test.each([
    [{}, 'dir'],
    [{ dir: '' }, 'dir'],
    [{ dir: 'x', listen: '8081' }, 'listen'],
    [{ dir: 'x', allowPlainHttp: 'yes' }, 'allowPlainHttp'],
    [{ dir: 'x', tls: { cert: 'a' } }, 'tls.key'],
    [{ dir: 'x', limits: { bodyBytes: 0 } }, 'limits.bodyBytes'],
    [{ dir: 'x', token: { lifetimeSeconds: 1e9 } }, 'token.lifetimeSeconds'],
    [{ dir: 'x', collateral: { pcs: 'file:///etc/passwd' } }, 'collateral.pcs'],
    [{ dir: 'x', store: { driver: 'mongo' } }, 'store.driver'],
    [{ dir: 'x', store: { driver: 'postgresql' } }, 'store'],
    [{ dir: 'x', store: { driver: 'postgresql', url: 'postgresql://a/b', urlFile: 'f' } }, 'store'],
    [{ dir: 'x', store: { driver: 'postgresql', url: 'mysql://a/b' } }, 'store.url'],
    [{ dir: 'x', store: { driver: 'postgresql', url: 'postgresql://a:sw0rdfish@b/c' } }, 'store.url'],
    [{ dir: 'x', store: { driver: 'postgresql', url: 'postgresql:///c?host=/s&password=sw0rdfish' } }, 'store.url'],
    [{ dir: 'x', release: { statuses: ['contraindicated'] } }, 'release.statuses.0'],
    [{ dir: 'x', release: { statuses: [] } }, 'release.statuses'],
    [{ dir: 'x', release: { policies: [] } }, 'release.policies'],
    [{ dir: 'x', release: { policies: ['../x'] } }, 'release.policies.0'],
    [{ dir: 'x', log: { level: 'loud' } }, 'log.level'],
  ])('SERVICE_CONFIG_INVALID: %j names the key', (config, path) => {
    const error = errorOf(() => parseConfig(config))
    expect(error.code).toBe('SERVICE_CONFIG_INVALID')
    expect(error.details.path).toBe(path)
    expect(JSON.stringify({ ...error.details, message: error.message })).not.toContain('sw0rdfish')
  })

  test('lists every problem at once', () => {
    const error = errorOf(() => parseConfig({ listen: 1, allowPlainHttp: 2 }))
    expect(error.details.problems.map((problem) => problem.path)).toEqual(['dir', 'listen', 'allowPlainHttp'])
  })

  test('reads TOML and JSON, and lays flags over them', () => {
    const directory = mkdtempSync(join(tmpdir(), 'veritee-config-'))
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
    const toml = join(directory, 'veritee.toml')
    writeFileSync(toml, 'dir = "/data"\nlisten = "127.0.0.1:1"\n[limits]\nbodyBytes = 4096\nstopSeconds = 3\n')
    const merged = mergeConfig(readConfigFile(toml), {
      listen: '127.0.0.1:2',
      dir: undefined,
      limits: { bodyBytes: 8192 },
    })
    expect(parseConfig(merged)).toMatchObject({
      dir: '/data',
      listen: '127.0.0.1:2',
      limits: { bodyBytes: 8192, stopSeconds: 3 },
    })
    const json = join(directory, 'veritee.json')
    writeFileSync(json, '{"dir":"/other"}')
    expect(readConfigFile(json)).toEqual({ dir: '/other' })
    writeFileSync(json, '[]')
    expect(errorOf(() => readConfigFile(json)).code).toBe('SERVICE_CONFIG_UNREADABLE')
    writeFileSync(toml, 'dir = ')
    expect(errorOf(() => readConfigFile(toml)).code).toBe('SERVICE_CONFIG_UNREADABLE')
    expect(errorOf(() => readConfigFile(join(directory, 'absent'))).code).toBe('SERVICE_CONFIG_UNREADABLE')
  })
})
