/** Throughput of every decoder that meets untrusted bytes, in megabytes a second, on evidence of the usual size. */
import { decodeBase64, decodeHex, decodeUtf8, encodeBase64, encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { decodeCbor, encodeCbor } from '@veritee/codec/cbor'
import { parseCoseSign1 } from '@veritee/codec/cose'
import { DerReader } from '@veritee/codec/der'
import { describeEventLog, parseEventLog } from '@veritee/codec/eventlog'
import { parseJson } from '@veritee/codec/json'
import { encodePem, parsePem } from '@veritee/codec/pem'
import { parseCertificate, parseCrl } from '@veritee/codec/x509'
import { parseAzureEvidence, parseHclReport } from '@veritee/evidence/azure'
import { parseCompositeEvidence } from '@veritee/evidence/composite'
import { parseCsvEvidence, parseCsvReport, parseHskCek } from '@veritee/evidence/csv'
import { parseDcapCollateral, parseQuote } from '@veritee/evidence/dcap'
import { parseDcapEvidence } from '@veritee/evidence/dcap/evidence'
import { parseTdReport } from '@veritee/evidence/dcap/tdreport'
import { parseDcuEvidence } from '@veritee/evidence/dcu'
import { parseEnclaveDocument } from '@veritee/evidence/enclave'
import { parseGpuEvidence, parseGpuReport } from '@veritee/evidence/gpu'
import { recognizeEvidence } from '@veritee/evidence/recognize'
import { parseSampleEvidence } from '@veritee/evidence/sample'
import { parseSnpCertificateTable, parseSnpEvidence, parseSnpReport } from '@veritee/evidence/snp'
import { parseTpmEvidence, parseTpmPublic, parseTpmQuote, parseTpmSignature } from '@veritee/evidence/tpm'
import { createDcapWorld, encodeTdxEvidence } from '@veritee/simulator'
import { createAzureWorld } from '@veritee/simulator/azure'
import { createCsvEventLog, createCsvWorld } from '@veritee/simulator/csv'
import { createDcuWorld } from '@veritee/simulator/dcu'
import { createEnclaveWorld } from '@veritee/simulator/enclave'
import { createGpuWorld } from '@veritee/simulator/gpu'
import { createSnpWorld, encodeCertificateTable, encodeFlatSnpEvidence, TABLE_GUIDS } from '@veritee/simulator/snp'
import { createSvsmWorld } from '@veritee/simulator/svsm'
import { createTpmWorld } from '@veritee/simulator/tpm'
import { measure } from './measure.ts'

const NOW = 1_790_000_000
const options = { now: NOW, seed: 'bench decoders' }

interface Decoder {
  readonly name: string
  readonly sizeBytes: number
  readonly run: () => unknown
}

const ofBytes = <T extends Uint8Array>(name: string, bytes: T, read: (bytes: T) => unknown): Decoder => ({
  name,
  sizeBytes: bytes.length,
  run: () => read(bytes),
})

/** Evidence JSON: the text is what came, so reading it belongs to the work. */
function ofJson(name: string, value: unknown, read: (value: unknown) => unknown): Decoder {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return { name, sizeBytes: encodeUtf8(text).length, run: () => read(parseJson(text)) }
}

function codecs(quote: Uint8Array): Decoder[] {
  const dcap = createDcapWorld(options)
  const bundle = JSON.stringify(dcap.collateral('tdx'))
  const crl = createSnpWorld({ ...options, authorityBits: 2048 }).crl()
  const cbor = encodeCbor([quote, quote, quote])
  const document = createEnclaveWorld(options).issueDocument()
  const pem = encodeUtf8(encodePem('CERTIFICATE', dcap.root.certificate).repeat(8))
  const texts = { hex: encodeHex(quote), base64: encodeBase64(quote) }
  const log = createCsvEventLog()
  return [
    { name: 'hex', sizeBytes: texts.hex.length, run: () => decodeHex(texts.hex) },
    { name: 'base64', sizeBytes: texts.base64.length, run: () => decodeBase64(texts.base64) },
    ofBytes('utf-8', encodeUtf8(bundle), decodeUtf8),
    ofBytes('json', encodeUtf8(bundle), (bytes) => parseJson(bytes)),
    ofBytes('pem', pem, (bytes) => parsePem(bytes)),
    ofBytes('der', dcap.root.certificate, (bytes) => new DerReader(bytes).readSequence().readSequence()),
    ofBytes('x509 certificate', dcap.root.certificate, parseCertificate),
    ofBytes('x509 crl', crl, (bytes) => parseCrl(bytes)),
    ofBytes('cbor', cbor, (bytes) => decodeCbor(bytes)),
    ofBytes('cose', document, parseCoseSign1),
    ofBytes('event log', log, (bytes) => parseEventLog(bytes)),
    ofBytes('event log, described', log, (bytes) => describeEventLog(parseEventLog(bytes))),
    ofBytes('enclave document', document, parseEnclaveDocument),
  ]
}

function machines(quote: Uint8Array): Decoder[] {
  const dcap = createDcapWorld(options)
  const snp = createSnpWorld({ ...options, authorityBits: 2048 })
  const csv = createCsvWorld(options)
  const tpm = createTpmWorld(options)
  const gpu = createGpuWorld(options)
  const azure = createAzureWorld(options)
  const report = snp.issueReport()
  const [tpmQuote] = tpm.issueQuotes()
  const hcl = Uint8Array.from(azure.issueEvidence({ version: 0 })['report'] as number[])
  const table = encodeCertificateTable([{ guid: TABLE_GUIDS.vcek, bytes: snp.certificate() }])
  return [
    ofBytes('recognise', quote, (bytes) => recognizeEvidence(bytes)),
    ofBytes('dcap quote', quote, (bytes) => parseQuote(bytes)),
    ofBytes('dcap tdreport', dcap.issueTdReport(), parseTdReport),
    ofJson('dcap evidence', encodeTdxEvidence(quote), (value) => parseDcapEvidence(value as object)),
    ofJson('dcap collateral', dcap.collateral('tdx'), (value) => parseDcapCollateral(value as object)),
    ofBytes('snp report', report, parseSnpReport),
    ofJson('snp evidence', encodeFlatSnpEvidence(report), parseSnpEvidence),
    ofBytes('snp certificate table', table, parseSnpCertificateTable),
    ofBytes('csv report', csv.issueReport({ version: 2 }), (bytes) => parseCsvReport(bytes, 2)),
    ofBytes('csv certificates', csv.hskCek, parseHskCek),
    ofJson('csv evidence', csv.issueEvidence({ version: 2 }), (value) => parseCsvEvidence(value)),
    ofBytes('tpm quote', tpmQuote!.attest, parseTpmQuote),
    ofBytes('tpm signature', tpmQuote!.signature, parseTpmSignature),
    ofBytes('tpm public area', tpm.attestation.area, parseTpmPublic),
    ofJson('tpm evidence', tpm.issueEvidence(), parseTpmEvidence),
    ofBytes('azure hcl report', hcl, parseHclReport),
    ofJson('azure evidence', azure.issueEvidence({ version: 1 }), parseAzureEvidence),
    ofBytes('gpu report', gpu.issueReport(), parseGpuReport),
    ofJson('gpu evidence', gpu.issueEvidence(), parseGpuEvidence),
    ofJson('dcu evidence', createDcuWorld(options).issueEvidence(), parseDcuEvidence),
    ofJson('composite evidence', createSvsmWorld(options).issueEvidence(), parseCompositeEvidence),
    ofJson('sample evidence', { svn: '1', report_data: encodeBase64(quote) }, parseSampleEvidence),
  ]
}

export async function bench(): Promise<unknown> {
  const quote = createDcapWorld(options).issueTdxQuote()
  const decoders = [...codecs(quote), ...machines(quote)]
  const rates = await measure(decoders, { rounds: 3, seconds: 0.15 })
  const row = ({ name, sizeBytes }: Decoder, index: number) => {
    const { perSecond } = rates[index]!
    return [name, { sizeBytes, megabytesPerSecond: Math.round((perSecond * sizeBytes) / 1e5) / 10 }] as const
  }
  return Object.fromEntries(decoders.map(row))
}
