/** Curves on which two parties agree on a key. */
export type AgreementCurve = 'P-256' | 'P-521'

/** What came of an agreement with a fresh key. */
export interface EphemeralAgreement {
  /** x‖y of the fresh public key, each as long as the curve's field. */
  readonly publicPoint: Uint8Array
  /** The x coordinate of the shared point. Whoever has used it overwrites it. */
  readonly secret: Uint8Array
}

export interface GcmParameters {
  /** 32 bytes. */
  readonly key: Uint8Array
  /** 12 bytes, never used twice under one key. */
  readonly iv: Uint8Array
  readonly additionalData?: Uint8Array
}

/** What it takes to encrypt to somebody's key: synchronous where the runtime is, a promise where it is not. */
export interface SealingEngine {
  agreeEphemerally(curve: AgreementCurve, peerPoint: Uint8Array): EphemeralAgreement | Promise<EphemeralAgreement>
  sealAesGcm(parameters: GcmParameters, plaintext: Uint8Array): Uint8Array | Promise<Uint8Array>
  wrapAesKey(kek: Uint8Array, key: Uint8Array): Uint8Array | Promise<Uint8Array>
}
