/** How bytes were wrapped, outermost first. */
export type Wrapping = 'hex' | 'base64'

/** Evidence as JSON, by the names the Trustee attestation services give to TEEs. */
export type EvidenceJsonTee =
  | 'sgx'
  | 'tdx'
  | 'snp'
  | 'csv'
  | 'az-snp-vtpm'
  | 'az-tdx-vtpm'
  | 'tpm'
  | 'hygontpm'
  | 'hygondcu'
  | 'enclave'
  | 'nvidia'
  | 'sample'
  | 'system'

/** What the bytes turned out to be. Nothing in it is parsed further or verified. */
export type RecognizedContent =
  /** An SGX or TDX quote, perhaps a malformed one. */
  | { readonly kind: 'dcap-quote'; readonly bytes: Uint8Array }
  /** A TDREPORT of 1024 bytes. */
  | { readonly kind: 'tdreport'; readonly bytes: Uint8Array }
  /** An AMD SEV-SNP report of 1184 bytes. */
  | { readonly kind: 'snp-report'; readonly bytes: Uint8Array }
  /** An ELF file: a signed enclave library if it holds enclave metadata. */
  | { readonly kind: 'enclave-file'; readonly bytes: Uint8Array }
  /** An enclave signature structure of 1808 bytes. */
  | { readonly kind: 'sigstruct'; readonly bytes: Uint8Array }
  /** A Hygon CSV report page, with the certificates of its chip behind it where a collector put them there. */
  | { readonly kind: 'csv-report'; readonly bytes: Uint8Array }
  /** Hygon certificates in their binary form: one, or several without anything between them. */
  | { readonly kind: 'hygon-certificates'; readonly bytes: Uint8Array }
  /** An SPDM measurement exchange of a graphics processor. */
  | { readonly kind: 'gpu-report'; readonly bytes: Uint8Array }
  /** A structure of a TPM: a quote, a public area or a signature. */
  | { readonly kind: 'tpm-structure'; readonly structure: 'quote' | 'public' | 'signature'; readonly bytes: Uint8Array }
  /** The report of the host compatibility layer of an Azure confidential VM. */
  | { readonly kind: 'hcl-report'; readonly bytes: Uint8Array }
  /** A COSE_Sign1 document, such as an enclave's. */
  | { readonly kind: 'cose-document'; readonly bytes: Uint8Array }
  /** A TCG event log. */
  | { readonly kind: 'event-log'; readonly bytes: Uint8Array }
  /** Certificates and revocation lists, DER, in their order. */
  | { readonly kind: 'x509'; readonly certificates: readonly Uint8Array[]; readonly crls: readonly Uint8Array[] }
  /** A signed token in its compact form (RFC 7515). */
  | { readonly kind: 'token'; readonly token: string }
  /** Evidence as attesters send it. */
  | { readonly kind: 'evidence-json'; readonly tee: EvidenceJsonTee; readonly evidence: object }
  /** Evidence of a device and of others beside it. */
  | { readonly kind: 'composite-evidence'; readonly evidence: object }
  /** A bundle of Intel's collateral. */
  | { readonly kind: 'dcap-collateral'; readonly text: string }
  /** TCB info or an enclave identity in its signed envelope. */
  | { readonly kind: 'dcap-document'; readonly name: 'tcbInfo' | 'enclaveIdentity'; readonly text: string }
  /** JSON Web Keys (RFC 7517), one or a set. Whoever shows them leaves private members out. */
  | { readonly kind: 'jwks'; readonly keys: readonly unknown[] }

export type RecognizedKind = RecognizedContent['kind']

/** What the input turned out to be, and how it was wrapped. */
export type Recognized = RecognizedContent & { readonly wrappings: readonly Wrapping[] }

export interface RecognizeLimits {
  /** Largest input, bytes or characters. Default 64 MiB, for enclave libraries; text is held to 16 MiB in any case. */
  readonly maxBytes?: number
}
