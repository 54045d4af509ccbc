/** Encrypting to somebody's EC key: agreement with a fresh key, key wrap, authenticated encryption. */

export type { AgreementCurve, EphemeralAgreement, GcmParameters } from '../engine/sealing-engine.ts'
export { agreeEphemerally, sealAesGcm, wrapAesKey } from './sealing.ts'
