import type { JudgeOptions, JudgeTrust } from '@veritee/appraisal/judge'
import { sortSimulatedRoots } from '@veritee/appraisal/roots'
import { decodeHex } from '@veritee/codec/bytes'
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
  /** Names of the simulated roots among them. */
  readonly simulated: readonly string[]
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
    simulated: listSimulated(roots, trust),
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

/** Each name once: one file may be a root of several kinds. */
function listSimulated(roots: EvidenceTrust['roots'], { snp, csv, gpu }: JudgeTrust): string[] {
  const named: readonly { readonly name: string; readonly simulated?: boolean }[] = [
    ...(snp?.roots ?? []),
    ...(csv?.roots ?? []),
    ...(gpu?.roots ?? []),
    ...roots,
  ]
  return [...new Set(named.filter(({ simulated }) => simulated === true).map(({ name }) => name))]
}

/** Sentences about what is trusted by configuration alone. */
export function describeTrust(
  { simulated }: EvidenceTrust,
  { enabledTees, trustEnclaveRoots }: ServiceConfig,
): string[] {
  return [
    ...simulated.map(
      (name) => `The simulated root "${name}" is trusted: whoever has its key can make evidence that is accepted here.`,
    ),
    ...enabledTees.map(
      (tee) => `Evidence of the kind ${tee} is accepted: anybody can write it, and it proves nothing.`,
    ),
    ...(trustEnclaveRoots.length === 0
      ? []
      : ['Enclave documents are accepted under roots that the configuration names.']),
  ]
}
