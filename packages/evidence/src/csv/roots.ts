import { decodeHex } from '@veritee/codec/bytes'

/** A root key (HRK) that chains may end in. */
export interface CsvRoot {
  readonly name: string
  /** 16 bytes. */
  readonly keyId: Uint8Array
  /** x‖y, 64 bytes. */
  readonly publicKey: Uint8Array
  /** Goes into the SM2 signatures of the root. */
  readonly userId: Uint8Array
  /** True for every root but Hygon's: results that rest on it say `simulated`. */
  readonly simulated: boolean
}

/** Hygon root key. */
export const HYGON_ROOT: CsvRoot = Object.freeze({
  name: 'HYGON-SSD-HRK',
  keyId: decodeHex('3ae86a9701355cce333a589de21583d7'),
  publicKey: decodeHex(
    'be62e14d62a4f14cf3d702db09563a75c80935e785cd1f502af5f21d92c2f62d' +
      '3bab123a57bb7015584f8b97164e95384a640c10b9be884738744d68b41eb946',
  ),
  userId: new TextEncoder().encode('HYGON-SSD-HRK'),
  simulated: false,
})
