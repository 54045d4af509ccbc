/** COSE messages with one signature (RFC 9052). */
export {
  type CoseAlgorithm,
  type CoseSign1,
  encodeCoseSign1,
  encodeProtectedHeader,
  encodeSignedBytes,
  parseCoseSign1,
  verifyCoseSign1,
} from './sign1.ts'
