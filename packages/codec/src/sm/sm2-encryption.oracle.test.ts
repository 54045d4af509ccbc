/** OpenSSL's opinion of SM2 encryption; it writes the parts of a ciphertext as DER. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { concatBytes, encodeUtf8 } from '../bytes/index.ts'
import { encodeInteger, encodeOctetString, encodeSequence, readDer } from '../der/index.ts'
import { importPublicKey } from '../signature/index.ts'
import { decryptSm2, encryptSm2, sm3 } from './index.ts'

const directory = mkdtempSync(join(tmpdir(), 'sm2-'))
afterAll(() => rmSync(directory, { recursive: true }))
const path = (name: string) => join(directory, name)
const openssl = (...parameters: string[]) => execFileSync('openssl', parameters, { stdio: ['ignore', 'pipe', 'pipe'] })
const haveSm2 = ((): boolean => {
  try {
    openssl('genpkey', '-algorithm', 'SM2', '-out', path('key.pem'))
    return true
  } catch {
    return false
  }
})()

describe.skipIf(!haveSm2)(`OpenSSL${haveSm2 ? '' : ' (skipped: openssl is not installed or has no SM2)'}`, () => {
  const spki = () => new Uint8Array(openssl('pkey', '-in', path('key.pem'), '-pubout', '-outform', 'DER'))
  const point = () => spki().slice(-64)
  const data = encodeUtf8('a secret for SM2')

  test('opens what is encrypted here', () => {
    const sealed = encryptSm2(importPublicKey({ kind: 'ec-point', curve: 'SM2', point: point() }), data)
    const parts = [sealed.subarray(1, 33), sealed.subarray(33, 65)].map(encodeInteger)
    const der = encodeSequence(
      ...parts,
      encodeOctetString(sealed.subarray(65, 97)),
      encodeOctetString(sealed.subarray(97)),
    )
    writeFileSync(path('sealed.der'), der)
    const opened = openssl('pkeyutl', '-decrypt', '-inkey', path('key.pem'), '-in', path('sealed.der'))
    expect(new Uint8Array(opened)).toEqual(data)
  })

  test('encrypts what is opened here', () => {
    writeFileSync(path('data'), data)
    const der = new Uint8Array(openssl('pkeyutl', '-encrypt', '-inkey', path('key.pem'), '-in', path('data')))
    const sealed = readDer(der, (sequence) => {
      const [x, y] = [sequence.readUnsignedBytes(), sequence.readUnsignedBytes()].map((number) =>
        concatBytes(new Uint8Array(32 - number.length), number),
      ) as [Uint8Array, Uint8Array]
      return concatBytes(Uint8Array.of(4), x, y, sequence.readOctetString(), sequence.readOctetString())
    })
    const text = openssl('pkey', '-in', path('key.pem'), '-noout', '-text').toString()
    const hex = /priv:\s*([0-9a-f:\s]+)pub:/
      .exec(text)![1]!
      .replace(/[^0-9a-f]/g, '')
      .padStart(64, '0')
      .slice(-64)
    expect(decryptSm2(new Uint8Array(Buffer.from(hex, 'hex')), sealed)).toEqual(data)
  })

  test('agrees on SM3', () => {
    writeFileSync(path('data'), data)
    const digest = openssl('dgst', '-sm3', '-binary', path('data'))
    expect(new Uint8Array(digest)).toEqual(sm3(data))
  })
})
