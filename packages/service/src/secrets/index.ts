export { commitSecret } from './commit.ts'
export { finishFileChanges } from './folder-change.ts'
export { createFolderSecrets } from './folder-secrets.ts'
export { createDirectoryKeyRing, createStorageKeyRing, type StorageKeyRing } from './sealed-secret.ts'
export {
  createSecretRoom,
  type Rewrapping,
  type SecretFacts,
  type SecretRange,
  type SecretRoom,
} from './secret-room.ts'
export { createSecretsFace } from './secrets-face.ts'
