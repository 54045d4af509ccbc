import type { JudgeOptions } from '@veritee/appraisal/judge'
import { encodeHex } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { parsePem } from '@veritee/codec/pem'
import { parseCertificate, type X509Certificate } from '@veritee/codec/x509'
import { type CsvRoot, parseAuthorityCertificate } from '@veritee/evidence/csv'
import { type DcapRoot, INTEL_SGX_ROOT, parseDcapRoot } from '@veritee/evidence/dcap'
import { type EnclaveRoot, parseEnclaveRoot } from '@veritee/evidence/enclave'
import { type GpuRoot, NVIDIA_ROOT } from '@veritee/evidence/gpu'
import { AMD_ROOTS, type SnpRoot } from '@veritee/evidence/snp'
import type { TpmAuthority } from '@veritee/evidence/tpm'
import { CliError } from '../errors.ts'
import type { Io } from '../io.ts'
import { readInput } from './file.ts'

/** Size of a Hygon root certificate, which is no X.509. */
const HYGON_ROOT_BYTES = 832
const HYGON_ROOT_LABEL = 'HYGON ROOT KEY'
const MOST_BYTES = 65_536

export interface TrustFiles {
  /** Roots of simulated worlds; which kind each is of shows in its key and name. */
  readonly trustSimulatedRoot: readonly string[]
  /** Authorities of attestation keys. */
  readonly trustTpmAuthority: readonly string[]
  /** Roots of platforms that run enclave virtual machines. */
  readonly trustEnclaveRoot: readonly string[]
  /** SHA-256 of the SPKI of attestation keys to accept by name. */
  readonly allowAk: readonly Uint8Array[]
}

/**
 * What is trusted beside the vendors' pinned roots, each by the word of whoever typed it.
 *
 * @throws CliError CLI_FILE_UNREADABLE, CLI_UNFIT_INPUT; CodecError for a malformed certificate
 */
export async function readTrust(io: Io, files: TrustFiles): Promise<Pick<JudgeOptions, 'roots' | 'trust'>> {
  const dcap: DcapRoot[] = [INTEL_SGX_ROOT]
  const snp: SnpRoot[] = [...AMD_ROOTS]
  const gpu: GpuRoot[] = [NVIDIA_ROOT]
  const csv: CsvRoot[] = []
  const enclave: EnclaveRoot[] = []
  const authorities: TpmAuthority[] = []
  for (const path of files.trustSimulatedRoot) {
    const bytes = await readInput(io, path, MOST_BYTES)
    const hygon = hygonRootOf(bytes)
    if (hygon !== undefined) csv.push(csvRootOf(hygon))
    else
      for (const certificate of certificatesOf(bytes, path)) sort(certificate, { dcap, snp, gpu, enclave, authorities })
  }
  for (const path of files.trustTpmAuthority) {
    for (const certificate of await readCertificates(io, path)) authorities.push({ certificate, simulated: false })
  }
  for (const path of files.trustEnclaveRoot) {
    for (const { der } of await readCertificates(io, path)) enclave.push(parseEnclaveRoot(der, { simulated: false }))
  }
  return {
    roots: dcap,
    trust: {
      snp: { roots: snp },
      gpu: { roots: gpu },
      ...(csv.length === 0 ? {} : { csv: { roots: csv } }),
      enclave: { roots: enclave },
      tpm: { authorities, allowed: files.allowAk },
    },
  }
}

interface Kinds {
  readonly dcap: DcapRoot[]
  readonly snp: SnpRoot[]
  readonly gpu: GpuRoot[]
  readonly enclave: EnclaveRoot[]
  readonly authorities: TpmAuthority[]
}

/** Intel's chains stand on P-256, NVIDIA's and those of enclaves on P-384, AMD's on RSA; a certificate that could be several is trusted as each. */
function sort(certificate: X509Certificate, kinds: Kinds): void {
  const { publicKey, subject } = certificate
  const name = subject.toString()
  const keyDigest = digest('sha256', publicKey.spki)
  const product = (['Milan', 'Genoa', 'Turin'] as const).find((known) => subject.commonName === `ARK-${known}`)
  if (product !== undefined) kinds.snp.push({ name, product, keyDigest, simulated: true })
  if (publicKey.curve === 'P-256' && subject.commonName?.includes('SGX Root CA'))
    kinds.dcap.push(parseDcapRoot(certificate.der))
  if (publicKey.curve === 'P-384') {
    kinds.gpu.push({ name, keyDigest, simulated: true })
    kinds.enclave.push(parseEnclaveRoot(certificate.der, { simulated: true }))
  }
  kinds.authorities.push({ certificate, simulated: true })
}

/** The bare certificate, or the same as a PEM block of its own label. */
function hygonRootOf(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length === HYGON_ROOT_BYTES) return bytes
  if (bytes[0] === 0x30) return undefined
  return parsePem(bytes).find((block) => block.label === HYGON_ROOT_LABEL)?.der
}

function csvRootOf(bytes: Uint8Array): CsvRoot {
  const { keyId, key, userId } = parseAuthorityCertificate(bytes, 'root')
  return { name: `simulated ${encodeHex(keyId)}`, keyId, publicKey: key.point!, userId, simulated: true }
}

async function readCertificates(io: Io, path: string): Promise<X509Certificate[]> {
  return certificatesOf(await readInput(io, path, MOST_BYTES), path)
}

function certificatesOf(bytes: Uint8Array, path: string): X509Certificate[] {
  if (bytes[0] === 0x30) return [parseCertificate(bytes)]
  const blocks = parsePem(bytes).filter((block) => block.label === 'CERTIFICATE')
  if (blocks.length > 0) return blocks.map((block) => parseCertificate(block.der))
  throw new CliError('CLI_UNFIT_INPUT', `${path} holds no certificate.`, {
    details: { path, expected: 'a certificate, PEM or DER' },
  })
}
