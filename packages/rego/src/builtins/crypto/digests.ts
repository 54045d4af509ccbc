import { encodeHex, equalSecrets } from '@veritee/codec/bytes'
import { digest, hmac } from '@veritee/codec/hash'
import type { BuiltinContext } from '../../evaluate/builtin.ts'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { bytesOf } from '../encoding/bytes.ts'
import { readString } from '../operand.ts'
import { hmacMd5, md5 } from './md5.ts'

function charge(context: BuiltinContext, text: string): void {
  context.step(16 + (text.length >>> 3))
  context.memory(128 + text.length)
}

function hash(name: string, apply: (bytes: Uint8Array) => Uint8Array): TypedBuiltin {
  return defineBuiltin(`crypto.${name}`, 'string -> string', (operands, context) => {
    const text = readString(operands, 1)
    charge(context, text)
    return encodeHex(apply(bytesOf(text)))
  })
}

function authenticate(name: string, apply: (key: Uint8Array, message: Uint8Array) => Uint8Array): TypedBuiltin {
  return defineBuiltin(`crypto.hmac.${name}`, 'string, string -> string', (operands, context) => {
    const message = readString(operands, 1)
    const key = readString(operands, 2)
    charge(context, message + key)
    return encodeHex(apply(bytesOf(key), bytesOf(message)))
  })
}

/** Digests and message authentication codes in hexadecimal. */
export const DIGEST_BUILTINS: readonly TypedBuiltin[] = [
  hash('md5', md5),
  hash('sha1', (bytes) => digest('sha1', bytes)),
  hash('sha256', (bytes) => digest('sha256', bytes)),
  authenticate('md5', hmacMd5),
  authenticate('sha1', (key, message) => hmac('sha1', key, message)),
  authenticate('sha256', (key, message) => hmac('sha256', key, message)),
  authenticate('sha512', (key, message) => hmac('sha512', key, message)),
  defineBuiltin('crypto.hmac.equal', 'string, string -> boolean', (operands, context) => {
    const a = readString(operands, 1)
    const b = readString(operands, 2)
    charge(context, a + b)
    return equalSecrets(bytesOf(a), bytesOf(b))
  }),
]
