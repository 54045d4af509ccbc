export { openKeyDirectory, type ServiceKeys } from './key-directory.ts'
export {
  KEY_USES,
  type KeyRing,
  type KeyState,
  type KeyUse,
  openKeyRing,
  type RotatingKey,
  type RsaKeyUse,
} from './key-ring.ts'
export { createKeysFace, type KeysFaceOptions } from './keys-face.ts'
export { claimStore } from './owner.ts'
export { claimPrivateDirectory, createFile, readPrivateFile } from './private-file.ts'
export { createStorageFace } from './storage-face.ts'
