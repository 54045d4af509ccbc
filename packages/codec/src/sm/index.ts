/** The Chinese national algorithms: SM2 signatures and encryption, the SM3 digest, the SM4 cipher. */
export {
  createSm2PrivateKey,
  SM2_DEFAULT_USER_ID,
  type Sm2SignatureOptions,
  type Sm2SigningOptions,
  signSm2,
  signSm2Digest,
  sm2PublicKey,
  verifySm2,
  verifySm2Digest,
} from './sm2.ts'
export { decryptSm2, deriveSm3Key, encryptSm2, type Sm2EncryptionOptions } from './sm2-encryption.ts'
export { hmacSm3, sm3 } from './sm3.ts'
export { decryptSm4, encryptSm4, type Sm4Options } from './sm4.ts'
