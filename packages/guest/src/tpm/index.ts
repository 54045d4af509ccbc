/** Talking to a TPM 2.0: the kernel's resource manager or a software TPM. */
export { createTpmAttester, type TpmAttesterOptions } from './attester.ts'
export {
  activateCredential,
  createPrimary,
  extendPcr,
  flushContext,
  type LoadedKey,
  quotePcrs,
  readNvIndex,
  readPcrs,
  readPublic,
  resetPcr,
  type TpmBank,
  type TpmQuoteAnswer,
} from './commands.ts'
export { openTpmDevice, openTpmSocket, TPM_RESOURCE_MANAGER, type TpmDevice } from './device.ts'
export { attestationTemplate, endorsementTemplate, type TpmKeyKind } from './templates.ts'
