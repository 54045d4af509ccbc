/** Each code that fetching from a key distribution service can end with: the same fetch passes, and one change raises the code. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createDcapWorld, servePccs } from '@veritee/simulator'
import { createCsvWorld } from '@veritee/simulator/csv'
import { type RunningKds, serveKds } from '@veritee/simulator/kds'
import { createSnpWorld } from '@veritee/simulator/snp'
import { afterAll, beforeAll, describe } from 'vitest'
import { Said, testTwins } from '../../../../testkit/twins.ts'
import { COLLATERAL_ERRORS, type CollateralErrorCode } from '../errors.ts'
import { createAmdKdsClient, createHygonKdsClient, type KdsClientOptions } from './index.ts'

const NOW = 1_790_000_000
const snp = createSnpWorld({ now: NOW, seed: 'kds codes', authorityBits: 2048 })
const other = createSnpWorld({ now: NOW, seed: 'another chip', authorityBits: 2048 })
const csv = createCsvWorld({ now: NOW, seed: 'kds codes' })
const dcap = createDcapWorld({ now: NOW, seed: 'kds codes' })

let kds: RunningKds
let directory: string

beforeAll(async () => {
  kds = await serveKds({ snp: [snp], csv: [csv] })
  directory = await mkdtemp(join(tmpdir(), 'kds-codes-'))
})
afterAll(async () => {
  await kds.close()
  await rm(directory, { recursive: true })
})

const optionsOf = (more: Partial<KdsClientOptions>): KdsClientOptions => ({
  now: () => NOW,
  baseUrl: kds.url,
  retry: { retries: 0 },
  ...more,
})

async function fetchChip(more: Partial<KdsClientOptions> = {}, serialNumber = csv.serialNumber): Promise<unknown> {
  const client = createHygonKdsClient(optionsOf(more))
  try {
    return await client.fetchChip(serialNumber)
  } finally {
    await client.close()
  }
}

async function fetchVcek(world = snp): Promise<unknown> {
  const client = createAmdKdsClient(optionsOf({}))
  try {
    return await client.fetchVcek({ product: 'Milan', chipId: snp.hardwareId, tcb: world.tcb })
  } finally {
    await client.close()
  }
}

/** The same fetch while the service has a fault. */
async function during(fault: Parameters<RunningKds['inject']>[0], work: () => Promise<unknown> = fetchChip) {
  const restore = kds.inject(fault)
  try {
    return await work()
  } finally {
    restore()
  }
}

const status = (code: number) => () => during({ kind: 'status', status: code })

/** What is said of the files of a cache whose `hsk_cek.cert` is prepared so. */
async function noticesOf(name: string, prepare: (path: string) => Promise<unknown>): Promise<Said> {
  const cacheDirectory = join(directory, name)
  await mkdir(cacheDirectory)
  await prepare(join(cacheDirectory, csv.serialNumber, 'hsk_cek.cert'))
  const notices: { readonly code: CollateralErrorCode }[] = []
  await fetchChip({ cacheDirectory, onNotice: (notice) => notices.push(notice) })
  return new Said(notices)
}

/** Fetches from a server with a certificate of its own authority; it knows no chips, so that what is found is 404. */
async function fetchOverTls(isTrusted: boolean): Promise<Said> {
  const server = await servePccs(dcap, { tls: true })
  try {
    await fetchChip({ baseUrl: server.url, ...(isTrusted ? { ca: server.tlsCa! } : {}) })
    return new Said([])
  } catch (error) {
    const { code } = error as { readonly code: CollateralErrorCode }
    return new Said(code === 'COLLATERAL_NOT_FOUND' || code === 'COLLATERAL_REQUEST_REJECTED' ? [] : [{ code }])
  } finally {
    await server.close()
  }
}

type KdsCode = Exclude<
  CollateralErrorCode,
  | 'COLLATERAL_QUOTE_UNNAMED'
  | 'COLLATERAL_TOO_OLD'
  | 'COLLATERAL_EXPIRED'
  | 'COLLATERAL_REFRESH_FAILED'
  | `COLLATERAL_BUNDLE_${string}`
  | `COLLATERAL_CONFIG_${string}`
>

/** Rows that Intel's collateral alone raises: quotes, bundles, configuration files and documents with dates. */
const ELSEWHERE = /^COLLATERAL_(?:QUOTE_UNNAMED|TOO_OLD|EXPIRED|REFRESH_FAILED|BUNDLE_.*|CONFIG_.*)$/
const rows = Object.entries(COLLATERAL_ERRORS).filter(([code]) => !ELSEWHERE.test(code))

describe('codes of the key distribution services', () => {
  testTwins(Object.fromEntries(rows) as Record<KdsCode, unknown>, {
    COLLATERAL_ABSENT: {
      change: 'nobody is to be asked',
      genuine: fetchChip,
      tampered: () => fetchChip({ offline: true }),
    },
    COLLATERAL_ACCESS_DENIED: { change: 'status 403', genuine: fetchChip, tampered: status(403) },
    COLLATERAL_CACHE_CORRUPT: {
      change: 'half a file in the cache',
      genuine: () => noticesOf('sound', (path) => put(path, csv.hskCek)),
      tampered: () => noticesOf('corrupt', (path) => put(path, csv.hskCek.subarray(0, 1000))),
    },
    COLLATERAL_CACHE_UNWRITABLE: {
      change: 'a file where the folder of the chip would be',
      genuine: () => noticesOf('writable', async () => {}),
      tampered: () => noticesOf('unwritable', (path) => writeFile(dirname(path), '')),
    },
    COLLATERAL_CA_INVALID: {
      change: 'an authority that is no certificate',
      genuine: () => fetchChip({ ca: dcap.root.pem }),
      tampered: () => fetchChip({ ca: dcap.root.pem.replaceAll('CERTIFICATE', 'PUBLIC KEY') }),
    },
    COLLATERAL_ENDPOINT_INSECURE: {
      change: 'plain http beyond this machine',
      genuine: fetchChip,
      tampered: () => fetchChip({ baseUrl: 'http://kds.invalid/' }),
    },
    COLLATERAL_ENDPOINT_INVALID: {
      change: 'an address with a query',
      genuine: fetchChip,
      tampered: () => fetchChip({ baseUrl: `${kds.url}/?a=b` }),
    },
    COLLATERAL_MISMATCH: {
      change: 'the certificate of another chip',
      genuine: () => fetchVcek(),
      tampered: () => during({ kind: 'body', body: other.certificate() }, fetchVcek),
    },
    COLLATERAL_NOT_FOUND: {
      change: 'a chip that is not known',
      genuine: fetchChip,
      tampered: () => fetchChip({}, 'UNKNOWN1'),
    },
    COLLATERAL_PLATFORM_UNKNOWN: { change: 'status 461', genuine: fetchChip, tampered: status(461) },
    COLLATERAL_QUERY_INVALID: {
      change: 'a serial number that is a path',
      genuine: fetchChip,
      tampered: () => fetchChip({}, `../${csv.serialNumber}`),
    },
    COLLATERAL_REDIRECT_REFUSED: {
      change: 'the service sends elsewhere',
      genuine: fetchChip,
      tampered: () => during({ kind: 'redirect', location: `${kds.url}/elsewhere` }),
    },
    COLLATERAL_REQUEST_REJECTED: { change: 'status 400', genuine: fetchChip, tampered: status(400) },
    COLLATERAL_RESPONSE_EXCESSIVE: {
      change: 'an answer of two million bytes',
      genuine: fetchChip,
      tampered: () => during({ kind: 'body', body: new Uint8Array(2 << 20) }),
    },
    COLLATERAL_RESPONSE_INVALID: {
      change: 'an answer of zeros',
      genuine: fetchChip,
      tampered: () => during({ kind: 'body', body: new Uint8Array(2916) }),
    },
    COLLATERAL_SERVICE_UNAVAILABLE: { change: 'status 503', genuine: fetchChip, tampered: status(503) },
    COLLATERAL_SERVICE_UNREACHABLE: {
      change: 'a port that nobody listens on',
      genuine: fetchChip,
      tampered: () => fetchChip({ baseUrl: 'http://127.0.0.1:9/' }),
    },
    COLLATERAL_TIMEOUT: {
      change: 'no answer in time',
      genuine: () => fetchChip({ limits: { timeoutMs: 5000 } }),
      tampered: () => during({ kind: 'stall' }, () => fetchChip({ limits: { timeoutMs: 100 } })),
    },
    COLLATERAL_TLS_UNTRUSTED: {
      change: 'the authority of the service is not named',
      genuine: () => fetchOverTls(true),
      tampered: () => fetchOverTls(false),
    },
  })
})

async function put(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, bytes)
}
