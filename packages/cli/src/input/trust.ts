import type { JudgeOptions } from '@veritee/appraisal/judge'
import { type RootFile, sortSimulatedRoots } from '@veritee/appraisal/roots'
import { parsePem } from '@veritee/codec/pem'
import { parseCertificate, type X509Certificate } from '@veritee/codec/x509'
import { parseEnclaveRoot } from '@veritee/evidence/enclave'
import { CliError } from '../errors.ts'
import type { Io } from '../io.ts'
import { readInput } from './file.ts'

const MOST_BYTES = 65_536

export interface TrustFiles {
  /** Roots of simulated worlds; which kind each is of shows in its content. */
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
 * @throws CliError CLI_FILE_UNREADABLE, CLI_UNFIT_INPUT; AppraisalError APPRAISAL_ROOT_INVALID; CodecError for a malformed
 * certificate
 */
export async function readTrust(io: Io, files: TrustFiles): Promise<Pick<JudgeOptions, 'roots' | 'trust'>> {
  const simulated: RootFile[] = []
  for (const name of files.trustSimulatedRoot) simulated.push({ name, bytes: await readInput(io, name, MOST_BYTES) })
  const { roots, trust } = sortSimulatedRoots(simulated)
  const authorities = [...(trust.tpm?.authorities ?? [])]
  for (const path of files.trustTpmAuthority) {
    for (const certificate of await readCertificates(io, path)) authorities.push({ certificate, simulated: false })
  }
  const enclaves = [...(trust.enclave?.roots ?? [])]
  for (const path of files.trustEnclaveRoot) {
    for (const { der } of await readCertificates(io, path)) enclaves.push(parseEnclaveRoot(der, { simulated: false }))
  }
  return { roots, trust: { ...trust, enclave: { roots: enclaves }, tpm: { authorities, allowed: files.allowAk } } }
}

async function readCertificates(io: Io, path: string): Promise<X509Certificate[]> {
  const bytes = await readInput(io, path, MOST_BYTES)
  if (bytes[0] === 0x30) return [parseCertificate(bytes)]
  const blocks = parsePem(bytes).filter((block) => block.label === 'CERTIFICATE')
  if (blocks.length > 0) return blocks.map((block) => parseCertificate(block.der))
  throw new CliError('CLI_UNFIT_INPUT', `${path} holds no certificate.`, {
    details: { path, expected: 'a certificate, PEM or DER' },
  })
}
