import { concatBytes, encodeBase64, encodeBase64Url } from '@veritee/codec/bytes'
import { createNumber, type Value } from '../../../value/index.ts'
import { recordOf } from '../../documents/record.ts'
import { CURVES } from '../signing/ecdsa.ts'
import { bytesOfInteger } from '../signing/modular.ts'
import type { PrivateKey } from './private-key.ts'

function urlText(value: bigint, size?: number): string {
  return encodeBase64Url(bytesOfInteger(value, size))
}

/** A private key as a JSON Web Key (RFC 7518 §6, RFC 8037 §2). */
export function jwkOfPrivateKey(key: PrivateKey): Value {
  switch (key.kind) {
    case 'rsa':
      return recordOf({
        kty: 'RSA',
        n: urlText(key.n),
        e: urlText(key.e),
        d: urlText(key.d),
        p: urlText(key.p),
        q: urlText(key.q),
        dp: urlText(key.dp),
        dq: urlText(key.dq),
        qi: urlText(key.qi),
      })
    case 'ec': {
      const size = CURVES[key.curve].bytes
      return recordOf({
        kty: 'EC',
        crv: key.curve,
        x: urlText(key.x, size),
        y: urlText(key.y, size),
        d: urlText(key.d, size),
      })
    }
    case 'ed25519':
      return recordOf({
        kty: 'OKP',
        crv: 'Ed25519',
        x: encodeBase64Url(key.publicKey),
        d: encodeBase64Url(key.seed),
      })
  }
}

/** A private key with the members of Go's key types. */
export function privateKeyValue(key: PrivateKey): Value {
  switch (key.kind) {
    case 'rsa':
      return recordOf({
        N: createNumber(key.n),
        E: createNumber(key.e),
        D: createNumber(key.d),
        Primes: [createNumber(key.p), createNumber(key.q)],
        Precomputed: recordOf({
          Dp: createNumber(key.dp),
          Dq: createNumber(key.dq),
          Qinv: createNumber(key.qi),
          CRTValues: [],
        }),
      })
    case 'ec':
      return recordOf({
        Curve: recordOf({}),
        X: createNumber(key.x),
        Y: createNumber(key.y),
        D: createNumber(key.d),
      })
    case 'ed25519':
      return encodeBase64(concatBytes(key.seed, key.publicKey))
  }
}
