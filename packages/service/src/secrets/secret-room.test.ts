import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createMemoryStore, type Store } from '../store/index.ts'
import { createStorageKeyRing, identifyStorageKey, openSecret, sealSecret } from './sealed-secret.ts'
import { createSecretRoom } from './secret-room.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const key = randomBytes(32)
const ring = createStorageKeyRing(key)
const NAME = 'default/key/disk'

async function storedBytes(store: Store): Promise<Buffer> {
  return Buffer.concat((await store.list('')).map((record) => record.value))
}

describe('sealed secrets', () => {
  const sealed = sealSecret(bytes('a secret'), NAME, 3, ring)

  test('opens under its own name with its own key', () => {
    expect(openSecret(sealed, NAME, ring)).toEqual(bytes('a secret'))
    expect(sealed).toMatchObject({ version: 3, keyId: identifyStorageKey(key) })
  })

  test('the same content seals differently each time', () => {
    const again = sealSecret(bytes('a secret'), NAME, 3, ring)
    expect(again.content).not.toBe(sealed.content)
    expect(again.wrappedKey).not.toBe(sealed.wrappedKey)
  })

  test('opens with a retired key, by the id in the record', () => {
    expect(openSecret(sealed, NAME, createStorageKeyRing(randomBytes(32), key))).toEqual(bytes('a secret'))
  })

  const flip = (text: string, at: number) => {
    const raw = Buffer.from(text, 'base64url')
    raw[at] = (raw[at] as number) ^ 1
    return raw.toString('base64url')
  }
  test.each([
    ['another name', sealed, 'default/key/other', ring],
    ['another version', { ...sealed, version: 2 }, NAME, ring],
    ['a flipped bit in the content', { ...sealed, content: flip(sealed.content, 14) }, NAME, ring],
    [
      'a flipped bit in the tag',
      { ...sealed, content: flip(sealed.content, -1 + Buffer.from(sealed.content, 'base64url').length) },
      NAME,
      ring,
    ],
    ['a flipped bit in the wrapped key', { ...sealed, wrappedKey: flip(sealed.wrappedKey, 20) }, NAME, ring],
    [
      'content and wrapped key exchanged',
      { ...sealed, content: sealed.wrappedKey, wrappedKey: sealed.content },
      NAME,
      ring,
    ],
    ['a cut content', { ...sealed, content: sealed.content.slice(0, 8) }, NAME, ring],
    ['no content', { ...sealed, content: '' }, NAME, ring],
    ['a storage key that is not here', sealed, NAME, createStorageKeyRing(randomBytes(32))],
  ])('SERVICE_SECRET_UNREADABLE: %s', (_what, record, name, keys) => {
    expect(() => openSecret(record, name, keys)).toThrow(expect.objectContaining({ code: 'SERVICE_SECRET_UNREADABLE' }))
  })
})

describe('secret room', () => {
  test('stores, replaces, lists and deletes', async () => {
    const room = createSecretRoom(createMemoryStore(), ring)
    expect(await room.put(NAME, bytes('one'))).toBe(1)
    expect(await room.put(NAME, bytes('two'))).toBe(2)
    expect(await room.put('default/key/another', bytes('x'))).toBe(1)
    expect(await room.read(NAME)).toEqual(bytes('two'))
    expect(await room.list()).toEqual(['default/key/another', NAME])
    await room.delete(NAME)
    await expect(room.read(NAME)).rejects.toMatchObject({ code: 'SERVICE_SECRET_NOT_FOUND', status: 404 })
    await expect(room.delete(NAME)).rejects.toMatchObject({ code: 'SERVICE_SECRET_NOT_FOUND' })
  })

  test('lists more names than a page of the store holds', async () => {
    const room = createSecretRoom(createMemoryStore(), ring)
    for (let index = 0; index < 501; index++) await room.put(`r/t/${index}`, bytes('x'))
    expect(await room.list()).toHaveLength(501)
  })

  test('the store holds no byte sequence of the secret', async () => {
    const store = createMemoryStore()
    const secret = 'correct horse battery staple'
    await createSecretRoom(store, ring).put(NAME, bytes(secret))
    const held = await storedBytes(store)
    for (const form of [
      secret,
      Buffer.from(secret).toString('base64').slice(0, 20),
      Buffer.from(secret).toString('hex'),
    ]) {
      expect(held.includes(form)).toBe(false)
    }
  })

  test('SERVICE_SECRET_UNREADABLE: a record moved to another path does not open there', async () => {
    const store = createMemoryStore()
    const room = createSecretRoom(store, ring)
    await room.put(NAME, bytes('one'))
    const record = await store.get(`secret/${NAME}`)
    await store.put('secret/attacker/key/disk', record?.value as Uint8Array)
    await expect(room.read('attacker/key/disk')).rejects.toMatchObject({ code: 'SERVICE_SECRET_UNREADABLE' })
  })

  test('concurrent writes of one path get versions of their own', async () => {
    const room = createSecretRoom(createMemoryStore(), ring)
    const versions = await Promise.all([1, 2, 3].map((n) => room.put(NAME, bytes(String(n)))))
    expect(versions.sort()).toEqual([1, 2, 3])
  })

  test('SERVICE_SECRET_CONFLICT: gives up when others keep being first', async () => {
    const store = createMemoryStore()
    const { get } = store
    // Another writer comes between every read and the write that follows it.
    store.get = async (key) => {
      const record = await get.call(store, key)
      await createSecretRoom(
        { ...store, get: get.bind(store), compareAndSet: store.compareAndSet.bind(store) },
        ring,
      ).put(NAME, bytes('other'))
      return record
    }
    const write = createSecretRoom(store, ring).put(NAME, bytes('mine'))
    await expect(write).rejects.toMatchObject({ code: 'SERVICE_SECRET_CONFLICT', status: 409 })
  })

  test('SERVICE_SECRET_EMPTY', async () => {
    const room = createSecretRoom(createMemoryStore(), ring)
    await expect(room.put(NAME, new Uint8Array())).rejects.toMatchObject({ code: 'SERVICE_SECRET_EMPTY', status: 400 })
  })
})
