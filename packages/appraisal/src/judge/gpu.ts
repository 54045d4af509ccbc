/** Judging NVIDIA devices. */
import { concatBytes, equalBytes } from '@veritee/codec/bytes'
import { encodePem } from '@veritee/codec/pem'
import { parseCertificate } from '@veritee/codec/x509'
import {
  checkDistinctDevices,
  claimsOfGpu,
  type GpuDevice,
  orderGpuChain,
  parseGpuEvidence,
  parseGpuReport,
  verifyGpuDevice,
} from '@veritee/evidence/gpu'
import type { Claims } from '@veritee/evidence/result'
import { sortGiven } from './collateral.ts'
import type { JudgeOptions } from './options.ts'
import type { GenuineEvidence, ReadableEvidence, TeeVerifier } from './verifier.ts'

const NONCE_BYTES = 32

/** Raw reports, whose chain is then among the collateral, and evidence JSON of up to 32 devices. */
export const GPU_VERIFIER: TeeVerifier = {
  read: (content) => {
    if (content.kind === 'evidence-json') return readDevices(parseGpuEvidence(content.evidence))
    const report = parseGpuReport((content as { readonly bytes: Uint8Array }).bytes)
    return readDevices([{ architecture: 'unknown', report, chain: '' }])
  },
  readJson: (evidence) => readDevices(parseGpuEvidence(evidence)),
}

function readDevices(devices: readonly GpuDevice[]): ReadableEvidence {
  return { tee: 'nvidia', verify: (options) => verifyDevices(devices, options) }
}

/** Every device must pass: one forged report spoils the evidence. */
async function verifyDevices(devices: readonly GpuDevice[], options: JudgeOptions): Promise<GenuineEvidence> {
  const { roots } = options.trust?.gpu ?? {}
  const trust = { now: options.now, ...(roots === undefined ? {} : { roots }) }
  const verified = []
  for (const device of devices) {
    const chain = device.chain === '' ? givenChain(options, device) : device.chain
    verified.push(await verifyGpuDevice({ ...device, chain }, trust))
  }
  checkDistinctDevices(verified)
  const claims = verified.map(({ device }) => splitClaims(claimsOfGpu(device)))
  const nonces = devices.map(({ report }) => report.nonce)
  return {
    advisories: [],
    checks: verified.flatMap(({ checks }, index) =>
      verified.length === 1 ? checks : checks.map((check) => ({ ...check, id: `${check.id}[${index}]` })),
    ),
    claims: {
      nvidia: claims.length === 1 ? claims[0] : Object.fromEntries(claims.map((own, index) => [String(index), own])),
      report_data: claimsOfGpu(devices[0]!)['report_data'],
    },
    reportData: nonces[0]!,
    isAnswerTo: (asked) => asked.length > 0 && nonces.every((nonce) => equalBytes(nonce, fit(asked))),
    isLogReplayed: false,
    simulated: verified.some(({ simulated }) => simulated),
    root: verified[0]!.root,
    expiresAt: Math.min(...verified.map(({ expiresAt }) => expiresAt)),
    appraise: () => [],
  }
}

function splitClaims({ report_data: _, ...claims }: Claims): Claims {
  return claims
}

/** The question padded with zeros or cut to the 32 bytes that a device takes. */
function fit(asked: Uint8Array): Uint8Array {
  return concatBytes(asked, new Uint8Array(NONCE_BYTES)).subarray(0, NONCE_BYTES)
}

/** The chain of a report that came alone is somewhere among the files. */
function givenChain(options: JudgeOptions, { report }: GpuDevice): string {
  const certificates = sortGiven(options).certificates.map(parseCertificate)
  const chain = orderGpuChain(certificates, report.firmwareId)
  return chain.map(({ der }) => encodePem('CERTIFICATE', der)).join('')
}
