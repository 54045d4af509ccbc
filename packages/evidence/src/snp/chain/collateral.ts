/** Everything a report can be checked with, sorted out of the certificates and lists that came along. */
import { isCodedError } from '@veritee/codec/error'
import { parsePem } from '@veritee/codec/pem'
import { parseCertificate, parseCrl, type X509Certificate, type X509Crl } from '@veritee/codec/x509'
import { SnpError } from '../codes.ts'
import { isSnpCertificateTable, parseSnpCertificateTable } from './certificate-table.ts'
import { looksLikeVek } from './vek.ts'

/** Certificates and revocation lists, in any order; nothing in it is verified yet. */
export interface SnpCollateral {
  readonly certificates: readonly X509Certificate[]
  readonly crls: readonly X509Crl[]
}

const MOST_CERTIFICATES = 32
const PEM_START = '-----BEGIN '

/**
 * Reads certificates and lists: DER, PEM with any number of them, or the table that a host gives beside a report.
 *
 * @throws EvidenceError SNP_VEK_INVALID when the bytes are neither, SNP_CERTIFICATE_TABLE
 */
export function parseSnpCollateral(files: readonly Uint8Array[]): SnpCollateral {
  const certificates: X509Certificate[] = []
  const crls: X509Crl[] = []
  for (const file of files) {
    for (const { label, der } of blocksOf(file)) {
      if (label === 'X509 CRL') crls.push(wrap(() => parseCrl(der)))
      else if (label === 'CERTIFICATE') certificates.push(wrap(() => parseCertificate(der)))
      else if (label === undefined) sortDer(der, certificates, crls)
    }
    if (certificates.length > MOST_CERTIFICATES) {
      throw new SnpError('SNP_VEK_INVALID', 'There are more certificates than any chain has.', {
        details: { path: 'collateral', expected: `at most ${MOST_CERTIFICATES}`, actual: certificates.length },
      })
    }
  }
  return { certificates, crls }
}

/** The endorsement key certificates among them. */
export function veksOf(collateral: SnpCollateral): X509Certificate[] {
  return collateral.certificates.filter(looksLikeVek)
}

function blocksOf(file: Uint8Array): { label?: string; der: Uint8Array }[] {
  if (isSnpCertificateTable(file)) {
    const table = parseSnpCertificateTable(file)
    return table.filter(({ kind }) => kind !== 'other').flatMap(({ bytes }) => blocksOf(bytes))
  }
  const start = new TextDecoder('latin1').decode(file.subarray(0, 4096)).trimStart()
  if (!start.startsWith(PEM_START)) return [{ der: file }]
  return wrap(() => parsePem(file))
}

/** A bare DER file says by its structure whether it is a certificate; what fails as one is tried as a list. */
function sortDer(der: Uint8Array, certificates: X509Certificate[], crls: X509Crl[]): void {
  try {
    certificates.push(parseCertificate(der))
  } catch (asCertificate) {
    try {
      crls.push(parseCrl(der))
    } catch {
      throw malformed(asCertificate)
    }
  }
}

function wrap<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw malformed(cause)
  }
}

function malformed(cause: unknown): unknown {
  if (!isCodedError(cause)) return cause
  return new SnpError('SNP_VEK_INVALID', `A certificate or revocation list is malformed: ${cause.message}`, {
    details: { path: 'collateral' },
    cause,
  })
}
