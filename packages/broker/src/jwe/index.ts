/** Secret responses: JWE to the key inside the evidence. */
export { type DecryptOptions, decryptSecret } from './decrypt.ts'
export { type EncryptOptions, encryptSecret } from './encrypt.ts'
export { createTeeKey, importTeeKey, type TeeKeyOptions, type TeePrivateJwk, type TeePrivateKey } from './tee-key.ts'
