/** PEM: bounded reading and writing. */
export { encodePem, type PemBlock, type PemLimits, parsePem } from './pem.ts'
