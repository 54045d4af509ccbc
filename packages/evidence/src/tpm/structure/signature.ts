/** TPMT_SIGNATURE (TPM 2.0 Library, Part 2, section 11.3). */
import { concatBytes } from '@veritee/codec/bytes'
import { hashOf, TPM_ALG, type TpmHash, unsupported } from './algorithms.ts'
import { malformed, readSized, readStructure } from './reader.ts'

/** A signature with its scheme. */
export interface TpmSignature {
  readonly scheme: 'rsassa' | 'rsapss' | 'ecdsa' | 'sm2'
  readonly hash: TpmHash
  /** RSA: the signature; ECC: r then s, as long as received. */
  readonly parts: readonly Uint8Array[]
}

const SCHEMES: Readonly<Record<number, TpmSignature['scheme']>> = {
  [TPM_ALG.rsassa]: 'rsassa',
  [TPM_ALG.rsapss]: 'rsapss',
  [TPM_ALG.ecdsa]: 'ecdsa',
  [TPM_ALG.sm2]: 'sm2',
}

/** @throws EvidenceError TPM_STRUCTURE_MALFORMED, TPM_ALGORITHM_UNSUPPORTED */
export function parseTpmSignature(bytes: Uint8Array): TpmSignature {
  return readStructure('signature', bytes, (cursor) => {
    const identifier = cursor.u16be()
    const scheme = SCHEMES[identifier]
    if (scheme === undefined) throw unsupported('signature.sigAlg', Object.values(SCHEMES), identifier)
    const hash = hashOf(cursor.u16be(), 'signature.hash')
    const first = readSized(cursor)
    return { scheme, hash, parts: scheme === 'rsassa' || scheme === 'rsapss' ? [first] : [first, readSized(cursor)] }
  })
}

/** r‖s, each padded on the left to the curve's width. @throws EvidenceError TPM_STRUCTURE_MALFORMED */
export function rawEcSignature({ parts }: TpmSignature, widthBytes: number): Uint8Array {
  return concatBytes(
    ...parts.map((part) => {
      if (part.length > widthBytes) throw malformed('signature', `at most ${widthBytes} bytes each`, part.length)
      const padded = new Uint8Array(widthBytes)
      padded.set(part, widthBytes - part.length)
      return padded
    }),
  )
}
