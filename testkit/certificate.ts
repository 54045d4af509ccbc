import { execFileSync } from 'node:child_process'

/** Names that stand in a certificate. */
export interface CertificateNames {
  /** Default `localhost`. */
  readonly commonName?: string
  /** As OpenSSL writes them, default `DNS:localhost,IP:127.0.0.1`. */
  readonly altNames?: string
}

/** Has OpenSSL make a P-256 key and a certificate that it signs itself, good for three days, both PEM. */
export function issueSelfSigned<Files extends { readonly cert: string; readonly key: string }>(
  files: Files,
  { commonName = 'localhost', altNames = 'DNS:localhost,IP:127.0.0.1' }: CertificateNames = {},
): Files {
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const names = ['-subj', `/CN=${commonName}`, '-addext', `subjectAltName=${altNames}`, '-days', '3']
  const args = ['req', '-x509', ...curve, '-keyout', files.key, '-out', files.cert, ...names]
  execFileSync('openssl', args, { stdio: 'pipe' })
  return files
}
