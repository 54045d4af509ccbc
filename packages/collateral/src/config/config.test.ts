import { isCodedError } from '@veritee/codec/error'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CollateralError } from '../errors.ts'
import { readEndpoint } from './endpoint.ts'
import { parseQcnl, resolveSources } from './index.ts'
import { blankComments } from './relaxed-json.ts'

const SHIPPED = `{
  // *** ATTENTION : This file is in JSON format so the keys are case sensitive.
  //PCCS server address
  "pccs_url": "https://pccs.example:8081/sgx/certification/v4/"

  // To accept insecure HTTPS certificate, set this option to false
  ,"use_secure_cert": true
  /* "collateral_service": "https://api.trustedservices.intel.com/sgx/certification/v4/" */
  ,"tcb_update_type": "early"
  ,"retry_times": 6
  ,"retry_delay": 10
  ,"pck_cache_expire_hours": 168
  ,"verify_collateral_cache_expire_hours": 168
  ,"local_cache_only": false
  ,"custom_request_options" : { "get_cert" : { "headers": { "head1": "value1" }, }, },
}
`

const LEGACY = `# PCCS server address
PCCS_URL=https://pccs.example/sgx/certification/v4/
USE_SECURE_CERT=TRUE
COLLATERAL_SERVICE="https://collateral.example/sgx/certification/v4/"
RETRY_TIMES=2
VERIFY_COLLATERAL_CACHE_EXPIRE_HOURS=9999
`

function codeOf(work: () => unknown): string {
  try {
    work()
    return 'none'
  } catch (error) {
    if (!isCodedError(error)) throw error
    return error.code
  }
}

describe('sgx_default_qcnl.conf', () => {
  test('as JSON with comments and trailing commas', () => {
    expect(parseQcnl(SHIPPED)).toEqual({
      pccsUrl: 'https://pccs.example:8081/sgx/certification/v4/',
      collateralService: 'https://pccs.example:8081/sgx/certification/v4/',
      tcbUpdateType: 'early',
      retryTimes: 6,
      retryDelaySeconds: 10,
      cacheExpireHours: 168,
      localCacheOnly: false,
      unused: ['pck_cache_expire_hours', 'custom_request_options'],
    })
  })

  test('as KEY=value lines; the cache time is capped', () => {
    expect(parseQcnl(LEGACY)).toMatchObject({
      pccsUrl: 'https://pccs.example/sgx/certification/v4/',
      collateralService: 'https://collateral.example/sgx/certification/v4/',
      retryTimes: 2,
      cacheExpireHours: 2160,
    })
  })

  test('empty, with the defaults of the library', () => {
    expect(parseQcnl('')).toMatchObject({
      pccsUrl: 'https://localhost:8081/sgx/certification/v4/',
      tcbUpdateType: 'standard',
      retryTimes: 0,
    })
  })

  test.each(['{"use_secure_cert": false}', 'USE_SECURE_CERT=FALSE'])('COLLATERAL_CONFIG_TLS_DISABLED: %s', (text) => {
    expect(codeOf(() => parseQcnl(text))).toBe('COLLATERAL_CONFIG_TLS_DISABLED')
  })

  test.each([
    '{"pccs_url": 7}',
    '{"pccs_url": "https://a", "pccs_url": "https://b"}',
    '{"tcb_update_type": "late"}',
    '{"retry_times": -1}',
    '{"retry_times": 1.5}',
    '{"use_secure_cert": "no"}',
    '{"pccs_url": "unfinished',
    '{ /* unfinished }',
    'PCCS_URL',
    '#'.repeat(100_000),
  ])('COLLATERAL_CONFIG_INVALID: %#', (text) => {
    expect(codeOf(() => parseQcnl(text))).toBe('COLLATERAL_CONFIG_INVALID')
  })

  test('nothing but an error of this package comes out of any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('{', '}', '"', '\\', '/', '*', ',', ':', 'a', '1', '\n', '=', '#') }),
        (text) => {
          try {
            parseQcnl(text)
          } catch (error) {
            expect(error).toBeInstanceOf(CollateralError)
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  test('plain JSON stays as it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value, undefined, 1)
        expect(blankComments(text)).toBe(text)
      }),
      { numRuns: 200 },
    )
  })
})

describe('an address', () => {
  test.each([
    ['https://pccs.example:8081', 'https://pccs.example:8081/sgx/certification/v4/', 4],
    ['https://pccs.example/sgx/certification/v3', 'https://pccs.example/sgx/certification/v3/', 3],
    ['https://gateway.example/pccs/sgx/certification/v4/', 'https://gateway.example/pccs/sgx/certification/v4/', 4],
    ['http://localhost:8081/', 'http://localhost:8081/sgx/certification/v4/', 4],
    ['http://127.0.0.1:8081', 'http://127.0.0.1:8081/sgx/certification/v4/', 4],
    ['http://[::1]:8081', 'http://[::1]:8081/sgx/certification/v4/', 4],
  ] as const)('%s is read as %s', (url, base, version) => {
    const read = readEndpoint({ url })
    expect([read.base.href, read.version]).toEqual([base, version])
    expect(read.rootCrlUrl.href).toBe(`${base}rootcacrl`)
  })

  test("Intel's own service has its root CRL elsewhere", () => {
    const { rootCrlUrl } = readEndpoint({ url: 'https://api.trustedservices.intel.com' })
    expect(rootCrlUrl.href).toBe('https://certificates.trustedservices.intel.com/IntelSGXRootCA.der')
  })

  test.each([
    'http://pccs.example:8081/sgx/certification/v4/',
    'http://localhost.example/',
    'http://127.0.0.1.example/',
  ])('COLLATERAL_ENDPOINT_INSECURE: %s, unless allowed by name', (url) => {
    expect(codeOf(() => readEndpoint({ url }))).toBe('COLLATERAL_ENDPOINT_INSECURE')
    expect(codeOf(() => readEndpoint({ url, allowPlainHttp: true }))).toBe('none')
  })

  test.each([
    'pccs.example',
    'ftp://pccs.example/',
    'https://user:secret@pccs.example/',
    'https://pccs.example/elsewhere/',
    'https://pccs.example/sgx/certification/v2/',
    'https://pccs.example/sgx/certification/v4/?update=early',
  ])('COLLATERAL_ENDPOINT_INVALID: %s', (url) => {
    expect(codeOf(() => readEndpoint({ url }))).toBe('COLLATERAL_ENDPOINT_INVALID')
  })

  test('a password in an address does not come out in the error', () => {
    try {
      readEndpoint({ url: 'https://user:secret@pccs.example/' })
    } catch (error) {
      expect(JSON.stringify(error) + String(error)).not.toContain('secret')
    }
  })
})

describe('where collateral comes from', () => {
  test('the addresses given, in their order', () => {
    const { endpoints, bundleFiles } = resolveSources({
      urls: ['https://a.example', ' https://b.example ', '', 'file:///srv/platform_collaterals.json'],
      qcnl: LEGACY,
      ca: 'PEM',
    })
    expect(endpoints).toEqual([
      { url: 'https://a.example', ca: 'PEM' },
      { url: 'https://b.example', ca: 'PEM' },
    ])
    expect(bundleFiles).toEqual(['/srv/platform_collaterals.json'])
  })

  test('else the collateral service of the configuration file', () => {
    expect(resolveSources({ qcnl: SHIPPED })).toMatchObject({
      endpoints: [{ url: 'https://pccs.example:8081/sgx/certification/v4/' }],
      update: 'early',
      retry: { retries: 6, baseDelayMs: 10_000 },
      freshness: { expireSeconds: 168 * 3600 },
    })
    expect(resolveSources({ qcnl: '' })).not.toHaveProperty('retry')
    expect(resolveSources({ qcnl: LEGACY }).endpoints[0]?.url).toBe('https://collateral.example/sgx/certification/v4/')
  })

  test('a bundle alone, where the file names one', () => {
    const qcnl = '{"collateral_service": "file:///srv/bundle.json"}'
    expect(resolveSources({ qcnl })).toMatchObject({ endpoints: [], bundleFiles: ['/srv/bundle.json'] })
  })

  test('no service, where the file says so', () => {
    expect(resolveSources({ qcnl: '{"local_cache_only": true}' }).endpoints).toEqual([])
  })

  test("else Intel's own service", () => {
    expect(resolveSources({}).endpoints).toMatchObject([{ api: 'pcs' }])
  })

  test.each([
    ['COLLATERAL_ENDPOINT_INSECURE', 'http://pccs.example'],
    ['COLLATERAL_ENDPOINT_INVALID', 'nonsense'],
    ['COLLATERAL_ENDPOINT_INVALID', 'file://elsewhere.example/bundle'],
  ])('%s: %s', (code, url) => {
    expect(codeOf(() => resolveSources({ urls: [url] }))).toBe(code)
  })
})
