/** SEV-SNP, CSV, TPM and event logs on genuine vectors, against the machine's own rate of the signature behind each. */
import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { concatBytes, encodeUtf8 } from '@veritee/codec/bytes'
import { encodeEventLogHeader, encodeLogEvent, parseEventLog, replayEventLog } from '@veritee/codec/eventlog'
import { digest } from '@veritee/codec/hash'
import { parseJson } from '@veritee/codec/json'
import { closeCsvReport, parseCsvReport, parseHskCek, verifyCsvEvidence } from '@veritee/evidence/csv'
import { parseSnpCollateral, parseSnpReport, verifySnpReport } from '@veritee/evidence/snp'
import { parseTpmEvidence, parseTpmQuote, verifyTpmEvidence } from '@veritee/evidence/tpm'
import { haveVectors, readVector, readVectorText } from '../testkit/vectors.ts'
import { ecdsaVerify } from './machine.ts'
import { type Contestant, measure, type Rate, ratio } from './measure.ts'

const EV_IPL = 0xd
const AT = Date.parse('2026-11-01T00:00:00Z') / 1000

function rsaVerify(): Contestant {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const message = encodeUtf8('a message')
  const signature = sign('sha256', message, privateKey)
  return { name: 'crypto.verify RSA-2048', run: () => verify('sha256', message, publicKey, signature) }
}

const rounded = (rates: readonly Rate[]) =>
  Object.fromEntries(rates.map((rate) => [rate.name, Math.round(rate.perSecond)]))

async function benchSnp(): Promise<unknown> {
  const bytes = readVector('snp/test-report.bin')
  const collateral = parseSnpCollateral([readVector('snp/test-vcek.der'), readVector('snp/milan_ask_ark_asvk.pem')])
  const limit = ecdsaVerify('P-384')
  const rates = await measure([
    limit,
    { name: 'warm', run: () => verifySnpReport(parseSnpReport(bytes), { collateral, now: AT }) },
    { name: 'parse', run: () => parseSnpReport(bytes) },
  ])
  return { perSecond: rounded(rates), ratios: { 'warm / crypto.verify P-384': ratio(rates, 'warm', limit.name) } }
}

async function benchCsv(): Promise<unknown> {
  const chips = [parseHskCek(readVector('csv/hsk_cek.cert'))]
  const mnonce = Uint8Array.from(Buffer.from('67c6697351ff4aec29cdbaabf2fbe346', 'hex'))
  const page = closeCsvReport(readVector('csv/report.cert'), 1, mnonce)
  const run = () => {
    const report = parseCsvReport(page, 1)
    return verifyCsvEvidence({ report, pek: report.pek }, { chips })
  }
  return { perSecond: rounded(await measure([{ name: 'warm', run }])) }
}

async function benchTpm(): Promise<unknown> {
  const json = parseJson(readVectorText('tpm/tpm_evidence.json')) as {
    ak_public: string
    tpm_quote: { message: string }
  }
  const evidence = parseTpmEvidence(json)
  const allowed = [digest('sha256', evidence.attestationKey.spki)]
  const message = Uint8Array.from(Buffer.from(json.tpm_quote.message, 'base64'))
  const limit = rsaVerify()
  const rates = await measure([
    limit,
    { name: 'warm', run: () => verifyTpmEvidence(evidence, { now: AT, allowed }) },
    { name: 'parse a quote', run: () => parseTpmQuote(message) },
  ])
  return { perSecond: rounded(rates), ratios: { 'warm / crypto.verify RSA-2048': ratio(rates, 'warm', limit.name) } }
}

async function benchEventLog(): Promise<unknown> {
  const bytes = readVector('eventlog/CCEL_data')
  const packed = packLog(bytes.length)
  const [real, full] = await measure([
    { name: 'parse and replay', run: () => replayEventLog(parseEventLog(bytes), 'SHA-384') },
    { name: 'parse and replay, packed', run: () => replayEventLog(parseEventLog(packed), 'SHA-384') },
  ])
  return {
    logBytes: bytes.length,
    milliseconds: 1000 / real!.perSecond,
    packed: { events: parseEventLog(packed).events.length, milliseconds: 1000 / full!.perSecond },
  }
}

/** As many small events as a log of this size holds: the most work that one can be. */
function packLog(sizeBytes: number): Uint8Array {
  const header = encodeEventLogHeader(['SHA-384'])
  const event = encodeLogEvent(3, EV_IPL, new Uint8Array(64).fill(0x41), ['SHA-384'])
  const count = Math.floor((sizeBytes - header.length) / event.length)
  return concatBytes(header, ...Array.from({ length: count }, () => event))
}

export async function bench(): Promise<unknown> {
  if (!haveVectors) return { skipped: 'the genuine evidence is not at hand' }
  return { snp: await benchSnp(), csv: await benchCsv(), tpm: await benchTpm(), eventLog: await benchEventLog() }
}
