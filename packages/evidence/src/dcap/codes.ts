/** Error rows of the DCAP room: SGX and TDX quotes, reports, collateral, signed enclaves. Sorted by code. */

// Advice that rows share. A row asserts it `as string`, because declarations are made from this file's text alone.
const RESEND = 'Send the bytes again exactly as the attester produced them.'

const COLLATERAL_AGAIN =
  'Fetch the collateral of this platform again from Intel or your PCCS and verify with it unchanged.'

const CHAIN_AGAIN =
  'Take the PCK certificate chain again from Intel or your PCCS; a chain that fails here was altered or mixed up.'

const QUOTE_AGAIN = 'Treat the quote as forged; ask the attester for a new one.'

export const DCAP_ERRORS = {
  DCAP_ADVISORIES_EXCESSIVE: {
    status: 422,
    summary: 'The joined advisory ids are longer than the parity rules allow.',
    next: 'Verify with the strict rules, which have no such limit.',
  },
  DCAP_ATTESTATION_KEY_INVALID: {
    status: 422,
    summary: 'The attestation key of the quote is not a point on P-256.',
    next: QUOTE_AGAIN as string,
  },
  DCAP_CERTIFICATE_ALGORITHM_INVALID: {
    status: 422,
    summary: 'A certificate is not an ECDSA P-256 certificate signed with SHA-256.',
    next: CHAIN_AGAIN as string,
  },
  DCAP_CERTIFICATE_AUTHORITY_KEY_MISMATCH: {
    status: 422,
    summary: 'The authority key id of a certificate does not name its issuer.',
    next: CHAIN_AGAIN as string,
  },
  DCAP_CERTIFICATE_CONSTRAINTS_INVALID: {
    status: 422,
    summary: 'The basic constraints of a certificate do not fit its place in the chain.',
    next: CHAIN_AGAIN as string,
  },
  DCAP_CERTIFICATE_EXPIRED: {
    status: 422,
    summary: 'A certificate that the verdict rests on has expired.',
    next: 'Refresh the collateral and the PCK certificate; or allow expired collateral and let a policy with a grace period decide.',
  },
  DCAP_CERTIFICATE_EXTENSION_MISSING: {
    status: 422,
    summary: 'A certificate lacks an extension that every certificate of the chain must have.',
    next: CHAIN_AGAIN as string,
  },
  DCAP_CERTIFICATE_EXTENSION_UNKNOWN: {
    status: 422,
    summary: 'A certificate carries a critical extension that is not known here.',
    next: CHAIN_AGAIN as string,
  },
  DCAP_CERTIFICATE_KEY_USAGE_INVALID: {
    status: 422,
    summary: 'The key usage of a certificate does not allow what it is used for.',
    next: CHAIN_AGAIN as string,
  },
  DCAP_CERTIFICATE_NOT_YET_VALID: {
    status: 422,
    summary: 'A certificate that the verdict rests on is not valid yet.',
    next: 'Check the clock of the verifier.',
  },
  DCAP_CERTIFICATION_DATA_EMPTY: {
    status: 400,
    summary: 'The certification data of the quote is empty.',
    next: 'Ask the attester for a quote that carries its PCK certificate chain, or supply the chain and parse leniently.',
  },
  DCAP_CERTIFICATION_DATA_MISMATCH: {
    status: 422,
    summary: 'The certification data of the quote and the PCK certificate describe different platforms.',
    next: 'Supply the PCK certificate chain that belongs to this quote.',
  },
  DCAP_CERTIFICATION_DATA_SIZE_MISMATCH: {
    status: 400,
    summary: 'The certification data of the quote does not have the size of its type.',
    next: RESEND as string,
  },
  DCAP_CERTIFICATION_DATA_TYPE_UNSUPPORTED: {
    status: 400,
    summary: 'The certification data of the quote is of a type that cannot be read here.',
    next: 'Types 1 to 5 are read, wrapped in type 6 from version 4 on; ask the attester for one of them.',
  },
  DCAP_CERTIFICATION_DATA_UNREAD: {
    status: 400,
    summary: 'The nested certification data does not fill its container exactly.',
    next: RESEND as string,
  },
  DCAP_COLLATERAL_EXCESSIVE: {
    status: 413,
    summary: 'A member of the collateral is larger than any genuine one.',
    next: COLLATERAL_AGAIN as string,
  },
  DCAP_COLLATERAL_INVALID: {
    status: 400,
    summary: 'The collateral bundle is malformed or misses a member.',
    next: 'Give the bundle as JSON with root_ca_crl, pck_crl, tcb_info, qe_identity and their signatures and issuer chains.',
  },
  DCAP_ENCLAVE_FILE_INVALID: {
    status: 400,
    summary: 'The file is not a 64-bit ELF file with bounds that hold.',
    next: 'Give the signed enclave library that sgx_sign wrote.',
  },
  DCAP_ENCLAVE_METADATA_INVALID: {
    status: 400,
    summary: 'The enclave metadata section is malformed.',
    next: 'Sign the enclave again and give the file that sgx_sign wrote.',
  },
  DCAP_ENCLAVE_METADATA_MISSING: {
    status: 400,
    summary: 'The ELF file has no enclave metadata section, so it is not a signed enclave.',
    next: 'Give the signed library (often named *.signed.so), not the unsigned one.',
  },
  DCAP_INTERMEDIATE_CA_ISSUER_MISMATCH: {
    status: 422,
    summary: 'The intermediate certificate names another issuer than the root of its chain.',
    next: CHAIN_AGAIN as string,
  },
  DCAP_INTERMEDIATE_CA_MISSING: {
    status: 422,
    summary: 'The PCK chain holds no intermediate CA certificate.',
    next: CHAIN_AGAIN as string,
  },
  DCAP_INTERMEDIATE_CA_NAME_UNKNOWN: {
    status: 422,
    summary: 'The intermediate certificate is neither the PCK Processor CA nor the PCK Platform CA.',
    next: CHAIN_AGAIN as string,
  },
  DCAP_INTERMEDIATE_CA_REVOKED: {
    status: 422,
    summary: 'The intermediate CA of the PCK chain is revoked.',
    next: 'Do not trust this platform until it has a PCK certificate of a CA that is not revoked.',
  },
  DCAP_INTERMEDIATE_CA_SIGNATURE_INVALID: {
    status: 422,
    summary: 'The intermediate certificate is not signed by the root of its chain.',
    next: CHAIN_AGAIN as string,
  },
  DCAP_PCK_CHAIN_INVALID: {
    status: 422,
    summary: 'The PCK certificate chain is not three readable certificates.',
    next: CHAIN_AGAIN as string,
  },
  DCAP_PCK_CHAIN_MISSING: {
    status: 422,
    summary: 'Neither the quote nor the collateral carries a PCK certificate chain.',
    next: 'Fetch the PCK certificate for this platform and put its chain into pck_certificate_chain of the collateral.',
  },
  DCAP_PCK_CRL_AUTHORITY_KEY_MISMATCH: {
    status: 422,
    summary: 'The authority key id of the PCK CRL does not name its issuer.',
    next: COLLATERAL_AGAIN as string,
  },
  DCAP_PCK_CRL_EXPIRED: {
    status: 422,
    summary: 'The PCK CRL is past its next update.',
    next: 'Refresh the collateral; or allow expired collateral and let a policy with a grace period decide.',
  },
  DCAP_PCK_CRL_EXTENSION_MISSING: {
    status: 422,
    summary: 'The PCK CRL lacks its authority key id.',
    next: COLLATERAL_AGAIN as string,
  },
  DCAP_PCK_CRL_EXTENSION_UNKNOWN: {
    status: 422,
    summary: 'The PCK CRL carries an extension that narrows its scope or is critical and not known here.',
    next: 'Supply the full CRL of the CA, not a delta or a partial one.',
  },
  DCAP_PCK_CRL_INVALID: {
    status: 422,
    summary: 'The PCK CRL is not a readable version 2 CRL.',
    next: COLLATERAL_AGAIN as string,
  },
  DCAP_PCK_CRL_ISSUER_MISMATCH: {
    status: 422,
    summary: 'The PCK CRL is from another issuer than the PCK certificate.',
    next: 'Supply the CRL of the CA (processor or platform) that issued the PCK certificate.',
  },
  DCAP_PCK_CRL_NOT_YET_VALID: {
    status: 422,
    summary: 'The PCK CRL is not valid yet.',
    next: 'Check the clock of the verifier.',
  },
  DCAP_PCK_CRL_SIGNATURE_INVALID: {
    status: 422,
    summary: 'The PCK CRL is not signed by the intermediate CA.',
    next: COLLATERAL_AGAIN as string,
  },
  DCAP_PCK_EXTENSION_INVALID: {
    status: 422,
    summary: 'The SGX extension of the PCK certificate is malformed.',
    next: CHAIN_AGAIN as string,
  },
  DCAP_PCK_EXTENSION_MISSING: {
    status: 422,
    summary: 'The PCK certificate lacks the SGX extension or a member of it.',
    next: CHAIN_AGAIN as string,
  },
  DCAP_PCK_ISSUER_MISMATCH: {
    status: 422,
    summary: 'The PCK certificate names another issuer than the intermediate of its chain.',
    next: CHAIN_AGAIN as string,
  },
  DCAP_PCK_MISSING: { status: 422, summary: 'The PCK chain holds no PCK certificate.', next: CHAIN_AGAIN as string },
  DCAP_PCK_REVOKED: {
    status: 422,
    summary: 'The PCK certificate of the platform is revoked.',
    next: 'Do not trust this platform; its attestation key material is considered compromised.',
  },
  DCAP_PCK_SIGNATURE_INVALID: {
    status: 422,
    summary: 'The PCK certificate is not signed by the intermediate of its chain.',
    next: CHAIN_AGAIN as string,
  },
  DCAP_QE_ATTRIBUTES_MISMATCH: {
    status: 422,
    summary: 'The attributes of the quoting enclave are not those of its identity.',
    next: 'Do not trust the quote: another enclave signed it than the one Intel published.',
  },
  DCAP_QE_DEBUG: {
    status: 422,
    summary: 'The quoting enclave runs in debug mode.',
    next: 'Do not trust the quote: the keys of a debug enclave can be read.',
  },
  DCAP_QE_IDENTITY_EXPIRED: {
    status: 422,
    summary: 'The quoting enclave identity is past its next update.',
    next: 'Refresh the collateral; or allow expired collateral and let a policy with a grace period decide.',
  },
  DCAP_QE_IDENTITY_INVALID: {
    status: 422,
    summary: 'The quoting enclave identity is malformed.',
    next: COLLATERAL_AGAIN as string,
  },
  DCAP_QE_IDENTITY_MISSING: {
    status: 422,
    summary: 'The collateral leaves the quoting enclave identity out.',
    next: 'Fetch the identity (qe/identity) and put it into the collateral; without it every check of the quoting enclave would be skipped.',
  },
  DCAP_QE_IDENTITY_NOT_YET_VALID: {
    status: 422,
    summary: 'The quoting enclave identity was issued in the future.',
    next: 'Check the clock of the verifier.',
  },
  DCAP_QE_IDENTITY_SIGNATURE_INVALID: {
    status: 422,
    summary: 'The quoting enclave identity is not signed by the TCB signing key over its exact text.',
    next: 'Keep the text byte for byte as it was served; re-formatted JSON loses its signature.',
  },
  DCAP_QE_IDENTITY_TEE_MISMATCH: {
    status: 422,
    summary: 'The identity is that of another enclave than the one that quotes for this TEE.',
    next: 'Supply qe/identity of the sgx API for SGX quotes and of the tdx API for TDX quotes.',
  },
  DCAP_QE_IDENTITY_VERSION_UNSUPPORTED: {
    status: 422,
    summary: 'The quoting enclave identity is of a version that cannot be read here.',
    next: 'Version 2 is read; fetch it from the version 4 API.',
  },
  DCAP_QE_MISCSELECT_MISMATCH: {
    status: 422,
    summary: 'MISCSELECT of the quoting enclave is not that of its identity.',
    next: 'Do not trust the quote: another enclave signed it than the one Intel published.',
  },
  DCAP_QE_MRSIGNER_MISMATCH: {
    status: 422,
    summary: 'The quoting enclave is signed by another signer than its identity names.',
    next: 'Do not trust the quote: another enclave signed it than the one Intel published.',
  },
  DCAP_QE_PRODUCT_MISMATCH: {
    status: 422,
    summary: 'The product id of the quoting enclave is not that of its identity.',
    next: 'Do not trust the quote: another enclave signed it than the one Intel published.',
  },
  DCAP_QE_REPORT_DATA_MISMATCH: {
    status: 422,
    summary: 'The quoting enclave did not vouch for this attestation key and authentication data.',
    next: QUOTE_AGAIN as string,
  },
  DCAP_QE_REPORT_DATA_TAIL_NOT_ZERO: {
    status: 422,
    summary: 'The second half of the quoting enclave report data is not zero.',
    next: QUOTE_AGAIN as string,
  },
  DCAP_QE_REPORT_SIGNATURE_INVALID: {
    status: 422,
    summary: 'The quoting enclave report is not signed by the PCK key.',
    next: QUOTE_AGAIN as string,
  },
  DCAP_QUOTE_BODY_SIZE_MISMATCH: {
    status: 400,
    summary: 'The quote states a body size that its body type does not have.',
    next: RESEND as string,
  },
  DCAP_QUOTE_BODY_TEE_MISMATCH: {
    status: 400,
    summary: 'The body of the quote belongs to another kind of TEE than its header.',
    next: RESEND as string,
  },
  DCAP_QUOTE_BODY_TYPE_UNSUPPORTED: {
    status: 400,
    summary: 'The quote carries a body type that cannot be read here.',
    next: 'Body types 1 to 4 are read; update the verifier if the platform is newer.',
  },
  DCAP_QUOTE_KEY_TYPE_UNSUPPORTED: {
    status: 400,
    summary: 'The quote is signed with an attestation key type that is not ECDSA P-256.',
    next: 'Configure the platform for ECDSA P-256 attestation keys; EPID quotes are not read.',
  },
  DCAP_QUOTE_PADDING_NOT_ZERO: {
    status: 400,
    summary: 'Bytes that are not zero follow the signature data of the quote.',
    next: 'Remove what follows the quote, or accept trailing bytes by leaving the strict padding option off.',
  },
  DCAP_QUOTE_SIGNATURE_INVALID: {
    status: 422,
    summary: 'The quote is not signed by its attestation key.',
    next: 'Send the quote exactly as the attester produced it; one that was changed in any byte is refused.',
  },
  DCAP_QUOTE_SIZE_EXCESSIVE: {
    status: 400,
    summary: 'The quote is larger than any quote can be.',
    next: 'Send one quote and nothing else.',
  },
  DCAP_QUOTE_TEE_MISMATCH: {
    status: 422,
    summary: 'The quote is of another kind of TEE than was asked for.',
    next: 'Send the quote of the TEE that is asked for, or ask for the one that is sent.',
  },
  DCAP_QUOTE_TEE_UNKNOWN: {
    status: 400,
    summary: 'The header of the quote names neither SGX nor TDX for its version.',
    next: 'Check that the bytes are an SGX or TDX quote.',
  },
  DCAP_QUOTE_TRUNCATED: { status: 400, summary: 'The quote ends before its structure does.', next: RESEND as string },
  DCAP_QUOTE_VENDOR_UNKNOWN: {
    status: 400,
    summary: 'The quoting enclave of the quote is not from Intel.',
    next: 'Only quotes of the Intel quoting enclave can be verified here.',
  },
  DCAP_QUOTE_VERSION_UNSUPPORTED: {
    status: 400,
    summary: 'The quote is of a version that cannot be read here.',
    next: 'Versions 3, 4 and 5 are read; check that the bytes are an SGX or TDX quote.',
  },
  DCAP_ROOT_CA_MISSING: {
    status: 422,
    summary: 'The certificate chain holds no self-issued SGX Root CA certificate.',
    next: CHAIN_AGAIN as string,
  },
  DCAP_ROOT_CA_REVOKED: {
    status: 422,
    summary: 'The root CA is listed in its own CRL.',
    next: 'Do not trust anything under this root.',
  },
  DCAP_ROOT_CA_SIGNATURE_INVALID: {
    status: 422,
    summary: 'The root certificate of the chain is not signed by its own key.',
    next: CHAIN_AGAIN as string,
  },
  DCAP_ROOT_CRL_AUTHORITY_KEY_MISMATCH: {
    status: 422,
    summary: 'The authority key id of the root CRL does not name its issuer.',
    next: COLLATERAL_AGAIN as string,
  },
  DCAP_ROOT_CRL_EXPIRED: {
    status: 422,
    summary: 'The root CRL is past its next update.',
    next: 'Refresh the collateral; or allow expired collateral and let a policy with a grace period decide.',
  },
  DCAP_ROOT_CRL_EXTENSION_MISSING: {
    status: 422,
    summary: 'The root CRL lacks its authority key id.',
    next: COLLATERAL_AGAIN as string,
  },
  DCAP_ROOT_CRL_EXTENSION_UNKNOWN: {
    status: 422,
    summary: 'The root CRL carries an extension that narrows its scope or is critical and not known here.',
    next: 'Supply the full CRL of the root CA, not a delta or a partial one.',
  },
  DCAP_ROOT_CRL_INVALID: {
    status: 422,
    summary: 'The root CRL is not a readable version 2 CRL.',
    next: COLLATERAL_AGAIN as string,
  },
  DCAP_ROOT_CRL_ISSUER_MISMATCH: {
    status: 422,
    summary: 'The root CRL is from another issuer than the root CA.',
    next: COLLATERAL_AGAIN as string,
  },
  DCAP_ROOT_CRL_NOT_YET_VALID: {
    status: 422,
    summary: 'The root CRL is not valid yet.',
    next: 'Check the clock of the verifier.',
  },
  DCAP_ROOT_CRL_SIGNATURE_INVALID: {
    status: 422,
    summary: 'The root CRL is not signed by the root CA.',
    next: COLLATERAL_AGAIN as string,
  },
  DCAP_ROOT_INVALID: {
    status: 400,
    summary: 'The root given to trust is not a readable self-signed P-256 certificate.',
    next: 'Give the root certificate as PEM or DER.',
  },
  DCAP_ROOT_UNTRUSTED: {
    status: 422,
    summary: 'The certificate chain ends in a root that is not trusted here.',
    next: 'Genuine chains end in the Intel SGX Root CA. A simulated root is trusted only where it is named.',
  },
  DCAP_SIGNATURE_DATA_TRUNCATED: {
    status: 400,
    summary: 'The signature data of the quote ends before its structure does.',
    next: RESEND as string,
  },
  DCAP_SIGNATURE_DATA_UNREAD: {
    status: 400,
    summary: 'The signature data of the quote holds bytes that no field covers.',
    next: 'Send the quote as the quoting enclave produced it; bytes inside the signature data are never padding.',
  },
  DCAP_SIGSTRUCT_INVALID: {
    status: 400,
    summary: 'The enclave signature structure is malformed.',
    next: 'Sign the enclave again and give the file that sgx_sign wrote.',
  },
  DCAP_SIGSTRUCT_SIGNATURE_INVALID: {
    status: 422,
    summary: 'The enclave signature structure is not signed by the key it carries.',
    next: 'Do not use its measurements; take the enclave from its publisher again.',
  },
  DCAP_TCB_INFO_EXPIRED: {
    status: 422,
    summary: 'TCB info is past its next update.',
    next: 'Refresh the collateral; or allow expired collateral and let a policy with a grace period decide.',
  },
  DCAP_TCB_INFO_FMSPC_MISMATCH: {
    status: 422,
    summary: 'TCB info describes another platform family than the PCK certificate.',
    next: 'Fetch TCB info for the FMSPC of the PCK certificate.',
  },
  DCAP_TCB_INFO_INVALID: { status: 422, summary: 'TCB info is malformed.', next: COLLATERAL_AGAIN as string },
  DCAP_TCB_INFO_NOT_YET_VALID: {
    status: 422,
    summary: 'TCB info was issued in the future.',
    next: 'Check the clock of the verifier.',
  },
  DCAP_TCB_INFO_PCEID_MISMATCH: {
    status: 422,
    summary: 'TCB info describes another provisioning enclave than the PCK certificate.',
    next: 'Fetch TCB info for the PCEID of the PCK certificate.',
  },
  DCAP_TCB_INFO_SIGNATURE_INVALID: {
    status: 422,
    summary: 'TCB info is not signed by the TCB signing key over its exact text.',
    next: 'Keep the text byte for byte as it was served; re-formatted JSON loses its signature.',
  },
  DCAP_TCB_INFO_TEE_MISMATCH: {
    status: 422,
    summary: 'TCB info is that of another TEE than the quote.',
    next: 'Fetch tcb from the sgx API for SGX quotes and from the tdx API for TDX quotes.',
  },
  DCAP_TCB_INFO_VERSION_UNSUPPORTED: {
    status: 422,
    summary: 'TCB info is of a version that cannot be read here.',
    next: 'Version 3 is read, and version 2 for SGX; fetch it from the version 4 API.',
  },
  DCAP_TCB_MODULE_NOT_SUPPORTED: {
    status: 422,
    summary: 'No published level matches the TDX module of the platform.',
    next: 'Update the TDX module; or refresh the collateral if the module is newer than it.',
  },
  DCAP_TCB_PLATFORM_NOT_SUPPORTED: {
    status: 422,
    summary: 'No published TCB level matches the platform.',
    next: 'Update the platform as its shortfall says, then provision a new PCK certificate.',
  },
  DCAP_TCB_QE_NOT_SUPPORTED: {
    status: 422,
    summary: 'No published level matches the quoting enclave.',
    next: 'Update the quoting enclave of the platform.',
  },
  DCAP_TCB_SIGNER_ISSUER_MISMATCH: {
    status: 422,
    summary: 'The TCB signing certificate names another issuer than the root of its chain.',
    next: COLLATERAL_AGAIN as string,
  },
  DCAP_TCB_SIGNER_MISSING: {
    status: 422,
    summary: 'The issuer chain holds no TCB signing certificate.',
    next: COLLATERAL_AGAIN as string,
  },
  DCAP_TCB_SIGNER_REVOKED: {
    status: 422,
    summary: 'The TCB signing certificate is revoked.',
    next: COLLATERAL_AGAIN as string,
  },
  DCAP_TCB_SIGNER_SIGNATURE_INVALID: {
    status: 422,
    summary: 'The TCB signing certificate is not signed by the root of its chain.',
    next: COLLATERAL_AGAIN as string,
  },
  DCAP_TCB_SIGNING_CHAIN_INVALID: {
    status: 422,
    summary: 'The issuer chain is not two readable certificates.',
    next: COLLATERAL_AGAIN as string,
  },
  DCAP_TCB_SIGNING_CHAIN_UNTRUSTED: {
    status: 422,
    summary: 'The issuer chain ends in a root that is not trusted here.',
    next: COLLATERAL_AGAIN as string,
  },
  DCAP_TDREPORT_HASH_MISMATCH: {
    status: 422,
    summary: 'A hash inside the TD report does not match the part that it covers.',
    next: 'Take the report again; one that was changed in any byte is refused.',
  },
  DCAP_TDREPORT_INVALID: {
    status: 400,
    summary: 'The TD report is malformed.',
    next: 'Give the 1024 bytes that the TDX module returned.',
  },
  DCAP_TDX_MODULE_ATTRIBUTES_INVALID: {
    status: 422,
    summary: 'The SEAM attributes of the TDX module are not zero.',
    next: 'Do not trust the TD: its module is not one that Intel published.',
  },
  DCAP_TDX_MODULE_SIGNER_MISMATCH: {
    status: 422,
    summary: 'The TDX module is signed by another signer than its identity names.',
    next: 'Do not trust the TD: its module is not one that Intel published.',
  },
  DCAP_TDX_MODULE_UNKNOWN: {
    status: 422,
    summary: 'TCB info has no identity for the TDX module generation of the quote.',
    next: 'Refresh the collateral; if it is current, the module is not one that Intel published.',
  },
} as const
