import { isCodedError } from '@veritee/codec/error'
import { digest } from '@veritee/codec/hash'
import { parseCertificate, type X509Certificate } from '@veritee/codec/x509'
import { type CsvRoot, HYGON_ROOT, parseHygonCertificates } from '@veritee/evidence/csv'
import { type DcapRoot, INTEL_SGX_ROOT, parseDcapRoot } from '@veritee/evidence/dcap'
import { type EnclaveRoot, parseEnclaveRoot } from '@veritee/evidence/enclave'
import { type GpuRoot, NVIDIA_ROOT } from '@veritee/evidence/gpu'
import { recognizeEvidence } from '@veritee/evidence/recognize'
import { AMD_ROOTS, type SnpProduct, type SnpRoot } from '@veritee/evidence/snp'
import type { TpmAuthority } from '@veritee/evidence/tpm'
import { AppraisalError } from '../errors.ts'
import type { JudgeTrust } from '../judge/index.ts'

/** A file with a root certificate; its name is for people. */
export interface RootFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/** The vendors' roots and those of the files, as `judgeEvidence` takes them. */
export interface SortedRoots {
  readonly roots: readonly DcapRoot[]
  readonly trust: JudgeTrust
}

/** Names of the root certificates of AMD's chains, which say the processor generation. */
const AMD_NAME = /^ARK-(Milan|Genoa|Turin)$/
const HRK_USAGE = 0

/**
 * Sorts simulated roots by what they can be roots of: Hygon's binary form for CSV and DCU; a certificate named like AMD's
 * for SNP; any other certificate with a P-256 key for SGX and TDX, and with whatever key for TPMs, NVIDIA devices and
 * enclaves. The vendors' own roots stay trusted beside them; every result that rests on another says `simulated`.
 *
 * Whoever names a file here trusts whoever holds its key, for each of these kinds.
 *
 * @throws AppraisalError APPRAISAL_ROOT_INVALID with the file's name
 */
export function sortSimulatedRoots(files: readonly RootFile[]): SortedRoots {
  const dcap: DcapRoot[] = [INTEL_SGX_ROOT]
  const snp: SnpRoot[] = [...AMD_ROOTS]
  const csv: CsvRoot[] = [HYGON_ROOT]
  const gpu: GpuRoot[] = [NVIDIA_ROOT]
  const enclave: EnclaveRoot[] = []
  const authorities: TpmAuthority[] = []
  for (const file of files) {
    const content = attempt(file, () => recognizeEvidence(file.bytes))
    if (content.kind === 'hygon-certificates') csv.push(attempt(file, () => readHygonRoot(file, content.bytes)))
    else if (content.kind !== 'x509') throw invalid(file, content.kind)
    for (const der of content.kind === 'x509' ? content.certificates : []) {
      const certificate = attempt(file, () => parseCertificate(der))
      const name = certificate.subject.commonName ?? certificate.subject.toString()
      const product = AMD_NAME.exec(name)?.[1] as SnpProduct | undefined
      const own = {
        name: simulatedName(name),
        keyDigest: digest('sha256', certificate.publicKey.spki),
        simulated: true,
      }
      if (product !== undefined) snp.push({ ...own, product })
      else {
        if (isDcapKey(certificate)) dcap.push(attempt(file, () => parseDcapRoot(der)))
        gpu.push(own)
        enclave.push(attempt(file, () => parseEnclaveRoot(der, { simulated: true })))
        authorities.push({ certificate, simulated: true })
      }
    }
  }
  return {
    roots: dcap,
    trust: {
      snp: { roots: snp },
      csv: { roots: csv },
      gpu: { roots: gpu },
      enclave: { roots: enclave },
      tpm: { authorities },
    },
  }
}

function isDcapKey({ publicKey }: X509Certificate): boolean {
  return publicKey.curve === 'P-256'
}

function readHygonRoot(file: RootFile, bytes: Uint8Array): CsvRoot {
  const [entry, ...others] = parseHygonCertificates(bytes)
  if (entry?.form !== 'authority' || entry.certificate.usage !== HRK_USAGE || others.length > 0)
    throw invalid(file, 'a Hygon certificate that is no root')
  const { keyId, key, userId } = entry.certificate
  return {
    name: simulatedName(new TextDecoder().decode(userId)),
    keyId,
    publicKey: key.point!,
    userId,
    simulated: true,
  }
}

function attempt<T>(file: RootFile, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    if (!isCodedError(cause) || cause instanceof AppraisalError) throw cause
    throw invalid(file, cause.code, cause)
  }
}

/** A root that calls itself what the vendor's is called must not read like it in a verdict. */
function simulatedName(name: string): string {
  return /simulated/i.test(name) ? name : `simulated ${name}`
}

function invalid({ name }: RootFile, actual: string, cause?: unknown): AppraisalError {
  return new AppraisalError('APPRAISAL_ROOT_INVALID', `The file ${name} holds no root certificate.`, {
    details: { path: name, expected: 'root certificates, PEM or DER, or an HRK of Hygon', actual },
    ...(cause === undefined ? {} : { cause }),
  })
}
