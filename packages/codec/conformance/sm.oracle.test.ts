import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { encodeHex, encodeUtf8 } from '../src/bytes/index.ts'
import { parsePem } from '../src/pem/index.ts'
import { importPublicKey } from '../src/signature/index.ts'
import { encryptSm4, sm3, verifySm2 } from '../src/sm/index.ts'
import { parseCertificate } from '../src/x509/index.ts'

const haveSm2 = spawnSync('openssl', ['ecparam', '-name', 'SM2']).status === 0
const absent = haveSm2 ? '' : ' (skipped: openssl with SM2 is not installed)'

const folder = mkdtempSync(join(tmpdir(), 'codec-sm-'))
const path = (name: string) => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true }))
const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] })

describe.skipIf(!haveSm2)(`OpenSSL agrees on the national algorithms${absent}`, () => {
  const data = encodeUtf8('the exact bytes')

  test('SM3 and SM4', () => {
    writeFileSync(path('data'), data)
    expect(openssl('dgst', '-sm3', path('data')).toString()).toContain(encodeHex(sm3(data)))
    const key = sm3(data).slice(0, 16)
    const iv = sm3(data).slice(16)
    for (const mode of ['ecb', 'cbc', 'ctr'] as const) {
      const vector = mode === 'ecb' ? [] : ['-iv', encodeHex(iv)]
      const theirs = openssl('enc', `-sm4-${mode}`, '-K', encodeHex(key), ...vector, '-in', path('data'))
      expect(encryptSm4({ mode, key, iv }, data)).toEqual(new Uint8Array(theirs))
    }
  })

  test('SM2 signatures with any user id', () => {
    openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:SM2', '-out', path('key.pem'))
    const [spki] = parsePem(openssl('pkey', '-in', path('key.pem'), '-pubout').toString())
    const key = importPublicKey({ kind: 'spki', der: spki!.der })
    writeFileSync(path('data'), data)
    for (const userId of ['1234567812345678', 'ALICE123@YAHOO.COM']) {
      openssl(
        ...['pkeyutl', '-sign', '-inkey', path('key.pem'), '-rawin', '-digest', 'sm3', '-in', path('data')],
        ...['-pkeyopt', `distid:${userId}`, '-out', path('signature')],
      )
      const signature = new Uint8Array(readFileSync(path('signature')))
      expect(verifySm2(key, data, signature, { userId, format: 'der' })).toBe(true)
      expect(verifySm2(key, data, signature, { userId: `${userId}x`, format: 'der' })).toBe(false)
      expect(verifySm2(key, sm3(data), signature, { userId, format: 'der' })).toBe(false)
    }
  })

  test('an SM2 certificate is read and verifies', () => {
    openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:SM2', '-out', path('ca.pem'))
    const pem = openssl(
      ...['req', '-x509', '-new', '-key', path('ca.pem'), '-subj', '/CN=SM2 root', '-sm3', '-days', '1'],
      ...['-sigopt', 'distid:1234567812345678'],
    )
    const certificate = parseCertificate(parsePem(pem.toString())[0]!.der)
    expect(certificate.signatureAlgorithm.name).toBe('SM2-with-SM3')
    expect(verifySm2(certificate.publicKey, certificate.tbs, certificate.signature, { format: 'der' })).toBe(true)
    expect(verifySm2(certificate.publicKey, certificate.tbs.slice(1), certificate.signature, { format: 'der' })).toBe(
      false,
    )
  })
})
