/** Enclave virtual machines: documents of their security modules. */
export { appraiseEnclave, type EnclaveAcceptance } from './acceptance.ts'
export { claimsOfEnclave } from './claims.ts'
export { type EnclaveDocument, parseEnclaveDocument } from './document.ts'
export { parseEnclaveEvidence } from './evidence-json.ts'
export { type EnclaveRoot, parseEnclaveRoot } from './roots.ts'
export { type EnclaveTrust, type EnclaveVerification, type VerifiedEnclave, verifyEnclaveDocument } from './verify.ts'
