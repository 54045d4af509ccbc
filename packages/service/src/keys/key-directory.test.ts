import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { openKeyDirectory } from './key-directory.ts'
import { createFile } from './private-file.ts'

const PRIVATE = ['admin.pem', 'handshake.key', 'storage.key', 'token.pem']

describe('key directory', () => {
  let directory: string
  beforeEach(() => {
    const root = mkdtempSync(join(tmpdir(), 'veritee-keys-'))
    onTestFinished(() => rmSync(root, { recursive: true, force: true }))
    directory = join(root, 'keys')
  })
  const path = (name: string) => join(directory, name)
  const codeOf = () => {
    try {
      openKeyDirectory(directory)
    } catch (error) {
      return error as { code: string; message: string; details: { path: string } }
    }
    throw new Error('nothing was thrown')
  }

  test('the first start makes every key, private ones with mode 0600, and leaves no draft', () => {
    const keys = openKeyDirectory(directory)
    expect(readdirSync(directory).sort()).toEqual([...PRIVATE, 'admin.pub'].sort())
    for (const name of PRIVATE) expect(statSync(path(name)).mode & 0o777).toBe(0o600)
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    expect(keys).toMatchObject({ adminKeyCreated: true, adminKeyPath: path('admin.pem') })
    expect(keys.handshakeKey).toHaveLength(32)
    expect(keys.storageKey).not.toEqual(keys.handshakeKey)
  })

  test('OpenSSL reads the keys and finds the public half', () => {
    openKeyDirectory(directory)
    const publicPem = execFileSync('openssl', ['pkey', '-in', path('admin.pem'), '-pubout'], { encoding: 'utf8' })
    expect(publicPem).toBe(readFileSync(path('admin.pub'), 'utf8'))
    const token = execFileSync('openssl', ['pkey', '-in', path('token.pem'), '-noout', '-text'], { encoding: 'utf8' })
    expect(token).toContain('prime256v1')
  })

  test('the next start reads the same keys', () => {
    const first = openKeyDirectory(directory)
    const second = openKeyDirectory(directory)
    expect(second.adminKeyCreated).toBe(false)
    expect(second.storageKey).toEqual(first.storageKey)
    expect(second.handshakeKey).toEqual(first.handshakeKey)
    expect(second.tokenSigningKey.equals(first.tokenSigningKey)).toBe(true)
    expect(second.adminPublicKey.equals(first.adminPublicKey)).toBe(true)
  })

  test('the next start writes nothing, so the directory may be one that cannot be written', () => {
    openKeyDirectory(directory)
    const before = statSync(directory, { bigint: true }).mtimeNs
    openKeyDirectory(directory)
    expect(statSync(directory, { bigint: true }).mtimeNs).toBe(before)
  })

  test('admin.pem may be taken away once admin.pub is there', () => {
    const first = openKeyDirectory(directory)
    rmSync(path('admin.pem'))
    const second = openKeyDirectory(directory)
    expect(second.adminPublicKey.equals(first.adminPublicKey)).toBe(true)
    expect(existsSync(path('admin.pem'))).toBe(false)
  })

  test.each(PRIVATE)('SERVICE_KEY_PERMISSIONS: %s that others may read', (name) => {
    openKeyDirectory(directory)
    for (const mode of [0o640, 0o604, 0o666, 0o700]) {
      chmodSync(path(name), mode)
      const error = codeOf()
      expect(error.code).toBe('SERVICE_KEY_PERMISSIONS')
      expect(error.message).toContain(`chmod 600 ${path(name)}`)
    }
    chmodSync(path(name), 0o400)
    openKeyDirectory(directory)
  })

  test('SERVICE_KEY_PERMISSIONS: a directory or public key that others may change', () => {
    openKeyDirectory(directory)
    chmodSync(path('admin.pub'), 0o666)
    expect(codeOf()).toMatchObject({ code: 'SERVICE_KEY_PERMISSIONS', details: { path: path('admin.pub') } })
    chmodSync(path('admin.pub'), 0o644)
    chmodSync(directory, 0o770)
    expect(codeOf().message).toContain(`chmod 700 ${directory}`)
  })

  test.each(['', 'garbage', 'c2hvcnQ'])('SERVICE_KEY_INVALID: %j in a symmetric key file', (content) => {
    openKeyDirectory(directory)
    writeFileSync(path('storage.key'), content)
    expect(codeOf()).toMatchObject({ code: 'SERVICE_KEY_INVALID', details: { path: path('storage.key') } })
  })

  test('SERVICE_KEY_INVALID: the wrong kind of key, a private key as public half, halves of two keys', () => {
    openKeyDirectory(directory)
    const adminPem = readFileSync(path('admin.pem'), 'utf8')
    const adminPub = readFileSync(path('admin.pub'), 'utf8')
    const tokenPem = readFileSync(path('token.pem'), 'utf8')
    writeFileSync(path('token.pem'), adminPem)
    expect(codeOf()).toMatchObject({ code: 'SERVICE_KEY_INVALID', details: { path: path('token.pem') } })
    writeFileSync(path('token.pem'), tokenPem)
    writeFileSync(path('admin.pub'), adminPem)
    expect(codeOf()).toMatchObject({ code: 'SERVICE_KEY_INVALID', details: { path: path('admin.pub') } })
    writeFileSync(path('admin.pub'), adminPub)
    const other = execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519'], { encoding: 'utf8' })
    writeFileSync(path('admin.pem'), other)
    expect(codeOf()).toMatchObject({
      code: 'SERVICE_KEY_INVALID',
      details: { expected: 'the public half of admin.pem' },
    })
  })

  test('an error about a key file does not quote the key', () => {
    openKeyDirectory(directory)
    const secret = readFileSync(path('storage.key'), 'utf8').trim()
    writeFileSync(path('storage.key'), `${secret}${secret}`)
    const error = codeOf()
    expect(JSON.stringify({ ...error, message: error.message })).not.toContain(secret)
  })

  test('a file is written once: the second writer finds the first one', () => {
    openKeyDirectory(directory)
    expect(createFile(path('once'), 'first', 0o600)).toBe(true)
    expect(createFile(path('once'), 'second', 0o600)).toBe(false)
    expect(readFileSync(path('once'), 'utf8')).toBe('first')
    expect(readdirSync(directory).filter((name) => name.endsWith('.draft'))).toEqual([])
  })
})
