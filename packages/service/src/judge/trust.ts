import type { JudgeOptions, JudgeTrust } from '@veritee/appraisal/judge'
import { sortSimulatedRoots } from '@veritee/appraisal/roots'
import { decodeHex, encodeHex } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { parseCertificate, type X509Certificate } from '@veritee/codec/x509'
import { parseEnclaveRoot } from '@veritee/evidence/enclave'
import { recognizeEvidence } from '@veritee/evidence/recognize'
import type { ServiceConfig } from '../config/index.ts'
import { ServiceError } from '../errors.ts'
import { parseNamedBytes } from './named-files.ts'

/** What evidence of every kind may rest on. */
export interface EvidenceTrust extends Required<Pick<JudgeOptions, 'roots'>> {
  /** The trust for evidence of one kind. */
  trustFor(tee: string): JudgeTrust
  /** Every root, authority and key that evidence may rest on. */
  readonly listed: readonly TrustedRoot[]
}

/** A root as it can be shown. */
export interface TrustedRoot {
  /** Which evidence may rest on it: `dcap`, `snp`, `csv`, `gpu`, `enclave`, `tpm`, `tpm-key`. */
  readonly kind: string
  readonly name: string
  /** SHA-256 of the public key as its kind has it (SPKI, or point), hexadecimal. */
  readonly keySha256: string
  readonly simulated: boolean
}

/**
 * Reads the roots, the authorities and the keys that the configuration names. The vendors' pinned roots are trusted beside
 * them; sample evidence only of the kinds that the configuration enables by name.
 *
 * @throws ServiceError SERVICE_FILE_UNREADABLE, SERVICE_FILE_INVALID
 */
export function openTrust(config: ServiceConfig): EvidenceTrust {
  const files = config.trustSimulatedRoots.map((name) =>
    parseNamedBytes(name, 'trustSimulatedRoots', (bytes) => {
      sortSimulatedRoots([{ name, bytes }])
      return { name, bytes }
    }),
  )
  const { roots, trust } = sortSimulatedRoots(files)
  const authorities = config.trustTpmAuthorities.flatMap((path) =>
    readCertificates(path, 'trustTpmAuthorities').map((certificate) => ({ certificate, simulated: false })),
  )
  const enclaves = config.trustEnclaveRoots.flatMap((path) =>
    readCertificates(path, 'trustEnclaveRoots').map(({ der }) => parseEnclaveRoot(der, { simulated: false })),
  )
  const common: JudgeTrust = {
    ...trust,
    enclave: { roots: [...(trust.enclave?.roots ?? []), ...enclaves] },
    tpm: {
      authorities: [...(trust.tpm?.authorities ?? []), ...authorities],
      allowed: config.allowAttestationKeys.map(decodeHex),
    },
  }
  const enabled: ReadonlySet<string> = new Set(config.enabledTees)
  return {
    roots,
    trustFor: (tee) => ({ ...common, sample: enabled.has(tee) }),
    listed: listRoots(roots, common),
  }
}

function readCertificates(path: string, key: string): X509Certificate[] {
  return parseNamedBytes(path, key, (bytes) => {
    const content = recognizeEvidence(bytes)
    if (content.kind !== 'x509' || content.certificates.length === 0) {
      throw new ServiceError('SERVICE_FILE_INVALID', 'it holds no certificate.', {
        details: { path: key, expected: 'certificates, PEM or DER', actual: content.kind },
      })
    }
    return content.certificates.map((der) => parseCertificate(der))
  })
}

function listRoots(roots: EvidenceTrust['roots'], trust: JudgeTrust): TrustedRoot[] {
  const { snp, csv, gpu, enclave, tpm } = trust
  const describe =
    (kind: string) =>
    ({ name, keyDigest, simulated }: { name: string; keyDigest: Uint8Array; simulated: boolean }): TrustedRoot => ({
      kind,
      name,
      keySha256: encodeHex(keyDigest),
      simulated,
    })
  const byKey = (kind: string) => (root: { name: string; publicKey: Uint8Array; simulated: boolean }) =>
    describe(kind)({ ...root, keyDigest: digest('sha256', root.publicKey) })
  return [
    ...roots.map(byKey('dcap')),
    ...(snp?.roots ?? []).map(describe('snp')),
    ...(csv?.roots ?? []).map(byKey('csv')),
    ...(gpu?.roots ?? []).map(describe('gpu')),
    ...(enclave?.roots ?? []).map(describe('enclave')),
    ...(tpm?.authorities ?? []).map(({ certificate, simulated }) =>
      describe('tpm')({
        name: certificate.subject.commonName ?? certificate.subject.toString(),
        keyDigest: digest('sha256', certificate.publicKey.spki),
        simulated,
      }),
    ),
    ...(tpm?.allowed ?? []).map((keyDigest) =>
      describe('tpm-key')({ name: 'attestation key by name', keyDigest, simulated: false }),
    ),
  ]
}

/** Sentences about what is trusted by configuration alone. */
export function describeTrust({ enabledTees, trustEnclaveRoots, trustSimulatedRoots }: ServiceConfig): string[] {
  return [
    ...trustSimulatedRoots.map(
      (path) =>
        `The simulated root in ${path} is trusted: whoever has its key can make evidence that is accepted here.`,
    ),
    ...enabledTees.map(
      (tee) => `Evidence of the kind ${tee} is accepted: anybody can write it, and it proves nothing.`,
    ),
    ...(trustEnclaveRoots.length === 0
      ? []
      : ['Enclave documents are accepted under roots that the configuration names.']),
  ]
}
