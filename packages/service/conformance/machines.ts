/** A simulated machine of every kind that the judge knows, the files a service needs to judge it, and how to tamper with it. */
import { encodeBase64 } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { encodeSnpEvidence, parseSnpReport } from '@veritee/evidence/snp'
import { type DcapWorld, encodeSgxEvidence, encodeTdxEvidence } from '@veritee/simulator'
import { createAzureWorld } from '@veritee/simulator/azure'
import { createCsvWorld } from '@veritee/simulator/csv'
import { createDcuWorld } from '@veritee/simulator/dcu'
import { createEnclaveWorld } from '@veritee/simulator/enclave'
import { createGpuWorld } from '@veritee/simulator/gpu'
import { encodeFlatSnpEvidence, type SnpWorld } from '@veritee/simulator/snp'
import { createTpmWorld } from '@veritee/simulator/tpm'
import { NOW } from './fixture.ts'

// biome-ignore lint/suspicious/noExplicitAny: evidence is changed for the worse, member by member
type Evidence = any

export interface Machine {
  readonly title: string
  /** As clients spell it. */
  readonly tee: string
  attest(digest: Uint8Array): Evidence
  /** Changes genuine evidence so that exactly one check fails. */
  tamper(evidence: Evidence): void
  /** What that check raises. */
  readonly code: string
}

const options = { now: NOW, seed: 'machines' }
const csv = createCsvWorld(options)
const tpm = createTpmWorld(options)
const sm2 = createTpmWorld({ ...options, attestation: 'sm2' })
const azureSnp = createAzureWorld({ ...options, tee: 'snp' })
const snp = azureSnp.snp as SnpWorld
const azureTdx = createAzureWorld({ ...options, tee: 'tdx' })
// One Intel, one AMD, one Hygon: collateral is found by names that all simulated worlds of a kind share.
const dcap = azureTdx.dcap as DcapWorld
const gpu = createGpuWorld(options)
const dcu = createDcuWorld(options)
const enclave = createEnclaveWorld(options)

/** Roots to trust by name, a file each. */
export const ROOTS: Readonly<Record<string, Uint8Array | string>> = {
  'dcap.pem': dcap.root.pem,
  'snp.pem': snp.root.pem,
  'csv.cert': csv.root.certificate,
  'tpm.der': tpm.authority,
  'sm2.der': sm2.authority,
  'gpu.pem': gpu.root.pem,
  'enclave.pem': enclave.root.pem,
}

/** Collateral, a file each. */
export const COLLATERAL: Readonly<Record<string, Uint8Array | string>> = {
  'tdx.json': JSON.stringify(dcap.collateral('tdx')),
  'sgx.json': JSON.stringify(dcap.collateral('sgx')),
  'snp-chain.pem': snp.chain(),
  'snp-crl.der': snp.crl(),
  'dcu.cert': dcu.hskCek,
}

/** Changes one byte of base64 text. */
function flip(text: string, at: number): string {
  const bytes = Buffer.from(text, 'base64')
  bytes[at] = (bytes[at] ?? 0) ^ 1
  return bytes.toString('base64')
}

const flipList = (list: number[], at: number) => {
  list[at] = (list[at] ?? 0) ^ 1
}

const certified = [{ kind: 'VCEK', bytes: snp.certificate() }]
const flipQuote = (at: number) => (evidence: Evidence) => {
  evidence.quote = flip(evidence.quote, at)
}
const flipPcr = (evidence: Evidence) => {
  evidence.tpm_quote.pcrs[4] = '11'.repeat(32)
}

/** The worlds of the key distribution services. */
export const KDS_WORLDS = { snp: [snp], csv: [csv] } as const

/** Machines that hold a key. */
export const MACHINES: readonly Machine[] = [
  {
    title: 'TDX',
    tee: 'tdx',
    attest: (reportData) => JSON.parse(encodeTdxEvidence(dcap.issueTdxQuote({ reportData }))),
    tamper: flipQuote(48 + 136),
    code: 'DCAP_QUOTE_SIGNATURE_INVALID',
  },
  {
    title: 'SGX',
    tee: 'sgx',
    attest: (reportData) => JSON.parse(encodeSgxEvidence(dcap.issueSgxQuote({ reportData }))),
    tamper: flipQuote(48 + 64),
    code: 'DCAP_QUOTE_SIGNATURE_INVALID',
  },
  {
    title: 'SEV-SNP',
    tee: 'snp',
    attest: (reportData) => jsonOf(encodeSnpEvidence(parseSnpReport(snp.issueReport({ reportData })), certified)),
    tamper: (evidence) => flipList(evidence.attestation_report.measurement, 0),
    code: 'SNP_SIGNATURE_INVALID',
  },
  {
    title: 'SEV-SNP in the older spelling',
    tee: 'snp',
    attest: (reportData) =>
      encodeFlatSnpEvidence(snp.issueReport({ version: 2, reportData }), [{ kind: 'VCEK', der: snp.certificate() }]),
    tamper: (evidence) => flipList(evidence.attestation_report.measurement, 0),
    code: 'SNP_SIGNATURE_INVALID',
  },
  {
    title: 'CSV',
    tee: 'csv',
    attest: (reportData) => csv.issueEvidence({ version: 2, reportData }),
    tamper: (evidence) => flipList(evidence.attestation_report.data, 0x50),
    code: 'CSV_SIGNATURE_INVALID',
  },
  {
    title: 'a TPM in the shape of one quote',
    tee: 'tpm',
    attest: (nonce) => tpm.issueEvidence({ nonce, shape: 'single' }),
    tamper: flipPcr,
    code: 'TPM_PCR_DIGEST',
  },
  {
    title: 'a TPM in the shape of banks',
    tee: 'tpm',
    attest: (nonce) => tpm.issueEvidence({ nonce, shape: 'banked' }),
    tamper: (evidence) => {
      evidence.quote.SHA256.attest_sig = flip(evidence.quote.SHA256.attest_sig, 40)
    },
    code: 'TPM_SIGNATURE_INVALID',
  },
  {
    title: 'a TPM with an SM2 key',
    tee: 'hygontpm',
    attest: (nonce) => sm2.issueEvidence({ nonce, shape: 'banked' }),
    tamper: (evidence) => {
      evidence.quote.SM3.pcrs[0] = '11'.repeat(32)
    },
    code: 'TPM_PCR_DIGEST',
  },
  ...(['az-snp-vtpm', 'azsnpvtpm'] as const).map((tee) => ({
    title: `Azure over SNP, spelt ${tee}`,
    tee,
    attest: (nonce: Uint8Array) => azureSnp.issueEvidence({ nonce, version: 1 }),
    tamper: flipPcr,
    code: 'TPM_PCR_DIGEST',
  })),
  ...(['az-tdx-vtpm', 'aztdxvtpm'] as const).map((tee, index) => ({
    title: `Azure over TDX, spelt ${tee}`,
    tee,
    attest: (nonce: Uint8Array) => azureTdx.issueEvidence({ nonce, version: index === 0 ? 1 : 0 }),
    tamper: (evidence: Evidence) => {
      if (index === 0) flipPcr(evidence)
      else flipList(evidence.tpm_quote.pcrs[4], 0)
    },
    code: 'TPM_PCR_DIGEST',
  })),
  {
    title: 'an enclave virtual machine',
    tee: 'enclave',
    attest: (nonce) => enclave.issueEvidence({ nonce }),
    tamper: (evidence) => {
      evidence.document = flip(evidence.document, -1 + Buffer.from(evidence.document, 'base64').length)
    },
    code: 'ENCLAVE_SIGNATURE_INVALID',
  },
]

/** Devices beside a machine. */
export const DEVICES: readonly Machine[] = [
  {
    title: 'an NVIDIA device',
    tee: 'nvidia',
    attest: (digest) => gpu.issueEvidence({ nonce: digest.subarray(0, 32) }),
    tamper: (evidence) => {
      const [device] = evidence.device_evidence_list
      device.evidence = flip(device.evidence, -1 + Buffer.from(device.evidence, 'base64').length)
    },
    code: 'GPU_SIGNATURE_INVALID',
  },
  {
    title: 'a Hygon DCU',
    tee: 'hygondcu',
    attest: (userData) => dcu.issueEvidence({ userData, devices: 2 }),
    tamper: (evidence) => flipList(evidence.attestation_reports[1].body.measure, 0),
    code: 'DCU_SIGNATURE_INVALID',
  },
]

/** Machines whose evidence brings no certificates of its chip. */
export const BARE_MACHINES: readonly (Machine & { readonly route: RegExp })[] = [
  {
    title: 'SEV-SNP',
    tee: 'snp',
    attest: (reportData) => jsonOf(encodeSnpEvidence(parseSnpReport(snp.issueReport({ reportData })))),
    tamper: (evidence) => flipList(evidence.attestation_report.chip_id, 0),
    code: 'COLLATERAL_NOT_FOUND',
    route: /^\/vcek\/v1\/[A-Za-z]+\/[0-9a-f]{16,128}\?/,
  },
  {
    title: 'CSV',
    tee: 'csv',
    attest: (reportData) => {
      const evidence = jsonOf(csv.issueEvidence({ version: 2, reportData }))
      delete evidence.cert_chain.hsk_cek
      return evidence
    },
    tamper: (evidence) => flipList(evidence.serial_number, 0),
    code: 'COLLATERAL_NOT_FOUND',
    route: /^\/hsk_cek\?snumber=/,
  },
]

/** Machines that were started with init data, by its digest. */
export const CONFIGURED: readonly {
  readonly title: string
  readonly tee: string
  readonly algorithm: 'sha256' | 'sha384' | 'sha512'
  attest(reportData: Uint8Array, initData: Uint8Array): Evidence
}[] = [
  {
    title: 'TDX in mr_config_id',
    tee: 'tdx',
    algorithm: 'sha384',
    attest: (reportData, mrConfigId) => JSON.parse(encodeTdxEvidence(dcap.issueTdxQuote({ reportData, mrConfigId }))),
  },
  {
    title: 'SGX in CONFIGID',
    tee: 'sgx',
    algorithm: 'sha512',
    attest: (reportData, configId) => JSON.parse(encodeSgxEvidence(dcap.issueSgxQuote({ reportData, configId }))),
  },
  {
    title: 'SEV-SNP in HOST_DATA',
    tee: 'snp',
    algorithm: 'sha256',
    attest: (reportData, hostData) =>
      jsonOf(encodeSnpEvidence(parseSnpReport(snp.issueReport({ reportData, hostData })), certified)),
  },
]

/** What makes one attestation key trustworthy by itself. */
export const TPM_KEY = {
  title: 'a TPM without a certificate of its key',
  tee: 'tpm',
  attest: (nonce: Uint8Array): Evidence => tpm.issueEvidence({ nonce, withCertificate: false }),
  tamper: flipPcr,
  code: 'TPM_PCR_DIGEST',
  authority: tpm.authority,
  digest: Buffer.from(digest('sha256', tpm.attestation.spki)).toString('hex'),
}

/** Evidence that nothing stands behind. */
export const SAMPLES: readonly Machine[] = [
  {
    title: 'sample evidence',
    tee: 'sample',
    attest: (digest) => ({ svn: '1', report_data: encodeBase64(digest) }),
    tamper: (evidence) => {
      evidence.report_data = flip(evidence.report_data, 0)
    },
    code: 'APPRAISAL_REPORT_DATA_MISMATCH',
  },
  {
    title: 'sample evidence with a register',
    tee: 'sample',
    attest: (digest) => ({
      svn: '1',
      report_data: encodeBase64(digest),
      measure_register: '00'.repeat(32),
      cc_eventlog: null,
    }),
    tamper: (evidence) => {
      evidence.measure_register = '00'
    },
    code: 'SAMPLE_EVIDENCE_JSON',
  },
]

/** Fields of 64 bits as digits. */
function jsonOf(value: unknown): Evidence {
  return JSON.parse(JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? Number(inner) : inner)))
}
