export { createStorageKeyRing, type StorageKeyRing } from './sealed-secret.ts'
export { createSecretRoom, type SecretRoom } from './secret-room.ts'
