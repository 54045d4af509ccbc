/** A simulated platform for enclave virtual machines: authorities and documents. */
export { ENCLAVE_BREAKAGES, ENCLAVE_UNACCEPTED, ENCLAVE_UNBREAKABLE, type EnclaveBreakage } from './breakages.ts'
export type { EnclaveDocumentValues } from './document.ts'
export {
  assembleDraft as assembleEnclaveDraft,
  createEnclaveWorld,
  type EnclaveCase,
  type EnclaveDraft,
  type EnclaveWorld,
  encodeEnclaveEvidence,
  loadEnclaveWorld,
  saveEnclaveWorld,
} from './world.ts'
