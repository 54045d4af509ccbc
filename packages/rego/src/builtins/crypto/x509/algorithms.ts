/** Numbers of Go's x509.SignatureAlgorithm; 0 is one that Go does not know. */
const SIGNATURE_ALGORITHMS: ReadonlyMap<string, number> = new Map([
  ['1.2.840.113549.1.1.4', 2],
  ['1.2.840.113549.1.1.5', 3],
  ['1.3.14.3.2.29', 3],
  ['1.2.840.113549.1.1.11', 4],
  ['1.2.840.113549.1.1.12', 5],
  ['1.2.840.113549.1.1.13', 6],
  ['1.2.840.10040.4.3', 7],
  ['2.16.840.1.101.3.4.3.2', 8],
  ['1.2.840.10045.4.1', 9],
  ['1.2.840.10045.4.3.2', 10],
  ['1.2.840.10045.4.3.3', 11],
  ['1.2.840.10045.4.3.4', 12],
  ['1.3.101.112', 16],
])
const PSS_ALGORITHMS: Readonly<Record<string, number>> = { sha256: 13, sha384: 14, sha512: 15 }

/** The number of a signature's algorithm, of its object identifier and, for RSA-PSS, its hash. */
export function signatureAlgorithmNumber(algorithm: {
  readonly oid: string
  readonly scheme: { readonly hash?: string; readonly scheme: string } | undefined
}): number {
  const { oid, scheme } = algorithm
  if (scheme?.scheme === 'rsa-pss') return PSS_ALGORITHMS[scheme.hash ?? ''] ?? 0
  return SIGNATURE_ALGORITHMS.get(oid) ?? 0
}

/** Purposes of a key, in the order of the numbers of Go's x509.ExtKeyUsage. */
export const KEY_PURPOSES: readonly { readonly name: string; readonly oid: string }[] = [
  { name: 'KeyUsageAny', oid: '2.5.29.37.0' },
  { name: 'KeyUsageServerAuth', oid: '1.3.6.1.5.5.7.3.1' },
  { name: 'KeyUsageClientAuth', oid: '1.3.6.1.5.5.7.3.2' },
  { name: 'KeyUsageCodeSigning', oid: '1.3.6.1.5.5.7.3.3' },
  { name: 'KeyUsageEmailProtection', oid: '1.3.6.1.5.5.7.3.4' },
  { name: 'KeyUsageIPSECEndSystem', oid: '1.3.6.1.5.5.7.3.5' },
  { name: 'KeyUsageIPSECTunnel', oid: '1.3.6.1.5.5.7.3.6' },
  { name: 'KeyUsageIPSECUser', oid: '1.3.6.1.5.5.7.3.7' },
  { name: 'KeyUsageTimeStamping', oid: '1.3.6.1.5.5.7.3.8' },
  { name: 'KeyUsageOCSPSigning', oid: '1.3.6.1.5.5.7.3.9' },
  { name: 'KeyUsageMicrosoftServerGatedCrypto', oid: '1.3.6.1.4.1.311.10.3.3' },
  { name: 'KeyUsageNetscapeServerGatedCrypto', oid: '2.16.840.1.113730.4.1' },
  { name: 'KeyUsageMicrosoftCommercialCodeSigning', oid: '1.3.6.1.4.1.311.2.1.22' },
  { name: 'KeyUsageMicrosoftKernelCodeSigning', oid: '1.3.6.1.4.1.311.61.1.1' },
]
