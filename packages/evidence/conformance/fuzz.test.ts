/** Every reader of untrusted bytes, on bytes that are cut, changed and exchanged: it reads, or refuses in its own words. */
import { concatBytes, encodeUtf8 } from '@veritee/codec/bytes'
import { createDcapWorld, encodeTdxEvidence } from '@veritee/simulator'
import { createAzureWorld } from '@veritee/simulator/azure'
import { createCsvEventLog, createCsvWorld } from '@veritee/simulator/csv'
import { createDcuWorld } from '@veritee/simulator/dcu'
import { createEnclaveWorld } from '@veritee/simulator/enclave'
import { createGpuWorld } from '@veritee/simulator/gpu'
import { createSnpWorld, encodeCertificateTable, encodeFlatSnpEvidence, TABLE_GUIDS } from '@veritee/simulator/snp'
import { createSvsmWorld } from '@veritee/simulator/svsm'
import { createTpmWorld } from '@veritee/simulator/tpm'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAzureEvidence, parseHclReport } from '../src/azure/index.ts'
import { type LoggedBank, verifyBootLog } from '../src/boot-log/index.ts'
import { parseCompositeEvidence } from '../src/composite/index.ts'
import { parseCsvEvidence, parseCsvPage, parseHskCek, parseHygonCertificates } from '../src/csv/index.ts'
import { parseDcapEvidence } from '../src/dcap/evidence/index.ts'
import { parseQuote } from '../src/dcap/quote/index.ts'
import { parseTdReport } from '../src/dcap/tdreport/index.ts'
import { parseDcuEvidence } from '../src/dcu/index.ts'
import { parseEnclaveDocument, parseEnclaveEvidence } from '../src/enclave/index.ts'
import { EvidenceError } from '../src/errors.ts'
import { parseGpuEvidence, parseGpuReport } from '../src/gpu/index.ts'
import { inspectEvidence } from '../src/inspect/index.ts'
import { recognizeEvidence } from '../src/recognize/index.ts'
import { parseSampleEvidence } from '../src/sample/index.ts'
import { parseSnpCollateral, parseSnpEvidence, parseSnpReport } from '../src/snp/index.ts'
import { parseTpmEvidence, parseTpmPublic, parseTpmQuote, parseTpmSignature } from '../src/tpm/index.ts'

const options = { now: 1_790_000_000, seed: 'fuzz' }
const dcap = createDcapWorld(options)
const snp = createSnpWorld({ ...options, authorityBits: 2048 })
const csv = createCsvWorld(options)
const tpm = createTpmWorld(options)
const gpu = createGpuWorld(options)
const azure = createAzureWorld(options)
const enclave = createEnclaveWorld(options)
const [quote] = tpm.issueQuotes({ nonce: 'c0ffee' })
const table = encodeCertificateTable([{ guid: TABLE_GUIDS.vcek, bytes: snp.certificate() }])
const bank: LoggedBank = { algorithm: 'SM3', kind: 'cc', registers: [] }

const BYTES: readonly (readonly [string, Uint8Array, (bytes: Uint8Array) => unknown])[] = [
  ['dcap quote', dcap.issueTdxQuote(), (bytes) => parseQuote(bytes)],
  ['dcap quote of an enclave', dcap.issueSgxQuote(), (bytes) => parseQuote(bytes)],
  ['dcap tdreport', dcap.issueTdReport(), parseTdReport],
  ['snp report', snp.issueReport(), parseSnpReport],
  ['snp certificates', snp.certificate(), (bytes) => parseSnpCollateral([bytes])],
  ['snp certificates, PEM', encodeUtf8(snp.chain()), (bytes) => parseSnpCollateral([bytes])],
  ['snp certificate table', table, (bytes) => parseSnpCollateral([bytes])],
  ['csv report, version 1', csv.issueReport(), parseCsvPage],
  ['csv report, version 2', csv.issueReport({ version: 2 }), parseCsvPage],
  ['csv certificates of a chip', csv.hskCek, parseHskCek],
  ['csv certificates', csv.platformChain, parseHygonCertificates],
  ['tpm quote', quote!.attest, parseTpmQuote],
  ['tpm signature', quote!.signature, parseTpmSignature],
  ['tpm public area', tpm.endorsement.area, parseTpmPublic],
  [
    'azure report',
    Uint8Array.from(azure.issueEvidence({ version: 0 })['report'] as number[]),
    (bytes) => parseHclReport(bytes),
  ],
  ['gpu report', gpu.issueReport(), parseGpuReport],
  ['enclave document', enclave.issueDocument({ nonce: 'c0ffee' }), parseEnclaveDocument],
  ['event log', createCsvEventLog(), (bytes) => verifyBootLog(bytes, bank)],
]

const JSONS: readonly (readonly [string, object, (json: unknown) => unknown])[] = [
  ['dcap', JSON.parse(encodeTdxEvidence(dcap.issueTdxQuote())), (json) => parseDcapEvidence(json as object)],
  ['snp, older spelling', encodeFlatSnpEvidence(snp.issueReport({ version: 2 })), parseSnpEvidence],
  ['csv', csv.issueEvidence({ version: 2 }), (json) => parseCsvEvidence(json, { experimental: true })],
  ['tpm', tpm.issueEvidence({ shape: 'banked' }), parseTpmEvidence],
  ['tpm, one quote', tpm.issueEvidence({ shape: 'single' }), parseTpmEvidence],
  ['azure, version 0', azure.issueEvidence({ version: 0 }), parseAzureEvidence],
  ['azure, version 2', azure.issueEvidence({ version: 2 }), parseAzureEvidence],
  ['gpu', gpu.issueEvidence(), parseGpuEvidence],
  ['dcu', createDcuWorld(options).issueEvidence(), parseDcuEvidence],
  ['enclave', enclave.issueEvidence(), parseEnclaveEvidence],
  ['composite', createSvsmWorld(options).issueEvidence(), parseCompositeEvidence],
  [
    'sample',
    { svn: '1', report_data: 'AAAA', measure_register: '11'.repeat(32), cc_eventlog: null },
    parseSampleEvidence,
  ],
]

/** Reads, or refuses with an error of this package; any other fails the test. */
function attempt(read: () => unknown): void {
  try {
    read()
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error
  }
}

describe.each(BYTES)('%s', (_name, genuine, read) => {
  test('whole it is read; every truncation and a byte behind it end in a word of the package', () => {
    read(genuine)
    const step = Math.max(1, Math.floor(genuine.length / 160))
    for (let end = 0; end < genuine.length; end += step) attempt(() => read(genuine.subarray(0, end)))
    attempt(() => read(concatBytes(genuine, Uint8Array.of(1))))
  })

  test('changed at random, and its numbers at their limits', () => {
    const change = fc.record({
      at: fc.nat(genuine.length - 1),
      bytes: fc.oneof(
        fc.uint8Array({ minLength: 1, maxLength: 8 }),
        fc.constantFrom(...['00', 'ff', '7f', '80'].flatMap((byte) => [2, 4, 8].map((count) => fill(byte, count)))),
      ),
    })
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const bytes = genuine.slice()
        for (const { at, bytes: part } of changes) bytes.set(part.subarray(0, bytes.length - at), at)
        attempt(() => read(bytes))
        attempt(() => recognizeEvidence(bytes))
        attempt(() => inspectEvidence(bytes))
      }),
      { numRuns: 120 },
    )
  })
})

describe.each(JSONS)('evidence JSON: %s', (_name, genuine, read) => {
  test('any member of it exchanged for any value', () => {
    read(structuredClone(genuine))
    const places = placesOf(genuine)
    const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom('', '***', -1, 256, 1e300, [], {}, null))
    fc.assert(
      fc.property(fc.constantFrom(...places), value, (place, other) => {
        const changed = structuredClone(genuine)
        exchange(changed, place, other)
        attempt(() => read(changed))
        attempt(() => recognizeEvidence(JSON.stringify(changed)))
        attempt(() => inspectEvidence(JSON.stringify(changed)))
      }),
      { numRuns: 150 },
    )
  })

  test('each member left out, and what is no object at all', () => {
    for (const place of placesOf(genuine)) {
      const changed = structuredClone(genuine)
      exchange(changed, place, undefined)
      attempt(() => read(changed))
    }
    for (const other of [null, 1, 'text', [], {}]) attempt(() => read(other))
  })
})

type Place = readonly (string | number)[]

/** Paths of all members; of long lists the first and the last entry. */
function placesOf(value: unknown, path: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [path]
  const keys = Array.isArray(value) ? [...new Set([0, value.length - 1])].filter((i) => i >= 0) : Object.keys(value)
  const inside = keys.flatMap((key) => placesOf((value as Record<string, unknown>)[key], [...path, key]))
  return path.length === 0 ? inside : [path, ...inside]
}

function exchange(root: object, place: Place, value: unknown): void {
  const parent = place
    .slice(0, -1)
    .reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, root as Record<string, unknown>)
  const key = place.at(-1)!
  if (value === undefined) delete parent[key]
  else parent[key] = value
}

function fill(byte: string, count: number): Uint8Array {
  return new Uint8Array(count).fill(Number.parseInt(byte, 16))
}

test('nothing escapes the reader of collateral either', () => {
  expect(() => parseSnpCollateral([new Uint8Array(0)])).toThrow(EvidenceError)
})
