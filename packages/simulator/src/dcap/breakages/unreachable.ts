const SIGNED_ENCLAVE = 'Raised when reading the signature of an enclave build, which is no part of a quote.'
const TD_REPORT = 'Raised when reading a TD report, which is local to its platform and no part of a quote.'

/** Codes of the DCAP room that verifying a quote cannot raise, each with the reason. */
export const DCAP_UNBREAKABLE: Readonly<Record<string, string>> = {
  DCAP_ENCLAVE_FILE_INVALID: SIGNED_ENCLAVE,
  DCAP_ENCLAVE_METADATA_INVALID: SIGNED_ENCLAVE,
  DCAP_ENCLAVE_METADATA_MISSING: SIGNED_ENCLAVE,
  DCAP_SIGSTRUCT_INVALID: SIGNED_ENCLAVE,
  DCAP_SIGSTRUCT_SIGNATURE_INVALID: SIGNED_ENCLAVE,
  DCAP_TDREPORT_HASH_MISMATCH: TD_REPORT,
  DCAP_TDREPORT_INVALID: TD_REPORT,
}
