export { createFolderSecrets } from './folder-secrets.ts'
export { createDirectoryKeyRing, createStorageKeyRing, type StorageKeyRing } from './sealed-secret.ts'
export { createSecretRoom, type Rewrapping, type SecretRoom } from './secret-room.ts'
