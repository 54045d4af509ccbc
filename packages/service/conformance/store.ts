/** The contract of every store driver. A driver's test calls this with a way to open a fresh store. */
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Store } from '../src/store/index.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const text = (value: Uint8Array | undefined) => (value === undefined ? undefined : new TextDecoder().decode(value))

export function describeStore(name: string, open: () => Promise<Store>): void {
  const opened = async () => {
    const store = await open()
    onTestFinished(() => store.close())
    return store
  }

  describe(`store contract: ${name}`, () => {
    test('gives back what was put, as a copy', async () => {
      const store = await opened()
      const value = bytes('one')
      await store.put('a', value)
      value[0] = 0
      const read = await store.get('a')
      expect(text(read?.value)).toBe('one')
      if (read) read.value[0] = 0
      expect(text((await store.get('a'))?.value)).toBe('one')
      expect((await store.get('a'))?.value.constructor).toBe(Uint8Array)
    })

    test('keeps empty values and every byte', async () => {
      const store = await opened()
      const all = Uint8Array.from({ length: 256 }, (_, index) => index)
      await store.put('empty', new Uint8Array())
      await store.put('all', all)
      expect((await store.get('empty'))?.value).toEqual(new Uint8Array())
      expect((await store.get('all'))?.value).toEqual(all)
    })

    test('has nothing where nothing was put', async () => {
      const store = await opened()
      expect(await store.get('a')).toBeUndefined()
      expect(await store.delete('a')).toBe(false)
      expect(await store.list('')).toEqual([])
    })

    test('versions grow and are not used twice, also after a delete', async () => {
      const store = await opened()
      const first = await store.put('a', bytes('1'))
      const second = await store.put('a', bytes('2'))
      expect(await store.delete('a')).toBe(true)
      const third = await store.put('a', bytes('3'))
      expect(first).toBeGreaterThan(0)
      expect(second).toBeGreaterThan(first)
      expect(third).toBeGreaterThan(second)
      expect((await store.get('a'))?.version).toBe(third)
    })

    test('compare-and-set writes only on the expected version', async () => {
      const store = await opened()
      const first = await store.compareAndSet('a', 0, bytes('1'))
      expect(first).toBeGreaterThan(0)
      expect(await store.compareAndSet('a', 0, bytes('2'))).toBeUndefined()
      expect(await store.compareAndSet('a', (first ?? 0) + 1, bytes('2'))).toBeUndefined()
      expect(text((await store.get('a'))?.value)).toBe('1')
      expect(await store.compareAndSet('a', first ?? 0, bytes('3'))).toBeGreaterThan(first ?? 0)
      expect(text((await store.get('a'))?.value)).toBe('3')
    })

    test('compare-and-set takes others along, or leaves them too', async () => {
      const store = await opened()
      const along = (value: string) => [
        { key: 'z', value: bytes(value), fields: { kind: value } },
        { key: 'b', value: bytes(value), expiresAt: 100 },
      ]
      const first = await store.compareAndSet('a', 0, bytes('1'), { along: along('1') })
      expect(first).toBeGreaterThan(0)
      expect(await store.compareAndSet('a', 0, bytes('2'), { along: along('2') })).toBeUndefined()
      expect(
        await store.compareAndSet('a', (first as number) + 1000, bytes('2'), { along: along('2') }),
      ).toBeUndefined()
      expect(await Promise.all(['a', 'b', 'z'].map(async (key) => text((await store.get(key))?.value)))).toEqual([
        '1',
        '1',
        '1',
      ])
      const second = await store.compareAndSet('a', first as number, bytes('3'), { along: along('3') })
      expect(second).toBeGreaterThan(first as number)
      expect((await store.get('a'))?.version).toBe(second)
      expect((await store.get('b'))?.expiresAt).toBe(100)
      expect((await store.list('', { where: { kind: '3' } })).map(({ key }) => key)).toEqual(['z'])
      await expect(
        store.compareAndSet('a', second as number, bytes('4'), { along: [{ key: '', value: bytes('4') }] }),
      ).rejects.toMatchObject({ code: 'SERVICE_STORE_KEY_INVALID' })
      expect(text((await store.get('a'))?.value)).toBe('3')
    })

    test('an early write is seen at once, and stays', async () => {
      const store = await opened()
      const version = await store.put('a', bytes('1'), { early: true })
      expect(text((await store.get('a'))?.value)).toBe('1')
      expect(await store.compareAndSet('a', version + 1000, bytes('2'), { early: true })).toBeUndefined()
      expect(await store.compareAndSet('a', version, bytes('2'), { early: true })).toBeGreaterThan(version)
      await store.put('b', bytes('3'))
      expect(text((await store.get('a'))?.value)).toBe('2')
    })

    test('exactly one of many writers wins a compare-and-set', async () => {
      const store = await opened()
      const results = await Promise.all(
        Array.from({ length: 50 }, (_, index) => store.compareAndSet('a', 0, bytes(String(index)))),
      )
      expect(results.filter((version) => version !== undefined)).toHaveLength(1)
    })

    test('lists by prefix in the order of the bytes, in pages', async () => {
      const store = await opened()
      for (const key of ['b/2', 'b/10', 'a', 'b', 'b/', 'b0', 'b/é', 'b/\u{1f511}', 'b/\uffef', 'c'])
        await store.put(key, bytes(key))
      const keys = (await store.list('b/')).map((record) => record.key)
      expect(keys).toEqual(['b/', 'b/10', 'b/2', 'b/é', 'b/\uffef', 'b/\u{1f511}'])
      expect((await store.list('b/', { limit: 2 })).map((record) => record.key)).toEqual(keys.slice(0, 2))
      expect((await store.list('b/', { after: 'b/2', limit: 2 })).map((record) => record.key)).toEqual(keys.slice(3, 5))
      expect(await store.list('')).toHaveLength(10)
    })

    test('lists backwards, and between two keys', async () => {
      const store = await opened()
      for (const key of ['a', 'b/1', 'b/2', 'b/3', 'b/4', 'c']) await store.put(key, bytes(key))
      const keys = async (options: Parameters<Store['list']>[1]) =>
        (await store.list('b/', options)).map(({ key }) => key)
      expect(await keys({ descending: true })).toEqual(['b/4', 'b/3', 'b/2', 'b/1'])
      expect(await keys({ descending: true, after: 'b/3', limit: 1 })).toEqual(['b/2'])
      expect(await keys({ descending: true, until: 'b/2' })).toEqual(['b/4', 'b/3'])
      expect(await keys({ until: 'b/3' })).toEqual(['b/1', 'b/2'])
      expect(await keys({ after: 'b/1', until: 'b/4' })).toEqual(['b/2', 'b/3'])
      expect(await keys({ until: 'a' })).toEqual([])
      expect(await keys({ limit: 0 })).toEqual([])
    })

    test('finds records by their fields, in pages', async () => {
      const store = await opened()
      for (let index = 0; index < 20; index++) {
        const fields = { tee: index % 2 === 0 ? 'tdx' : 'snp', outcome: index % 3 === 0 ? 'refused' : 'accepted' }
        await store.put(`a/${String(index).padStart(2, '0')}`, bytes('x'), { fields })
      }
      await store.put('b/00', bytes('x'), { fields: { tee: 'tdx', outcome: 'refused' } })
      await store.put('a/none', bytes('x'))
      const find = async (options: Parameters<Store['list']>[1]) =>
        (await store.list('a/', options)).map(({ key }) => key)
      expect(await find({ where: { tee: 'tdx', outcome: 'refused' } })).toEqual(['a/00', 'a/06', 'a/12', 'a/18'])
      expect(await find({ where: { outcome: 'refused', tee: 'tdx' }, descending: true, limit: 2 })).toEqual([
        'a/18',
        'a/12',
      ])
      expect(await find({ where: { tee: 'tdx', outcome: 'refused' }, after: 'a/06', until: 'a/18' })).toEqual(['a/12'])
      expect(await find({ where: { tee: "td'x" } })).toEqual([])
      expect(await find({ where: { other: 'tdx' } })).toEqual([])
      expect(await find({ where: {} })).toHaveLength(21)
      expect((await store.get('a/00'))?.fields).toEqual({ tee: 'tdx', outcome: 'refused' })
    })

    test('a write replaces the fields, a delete removes them', async () => {
      const store = await opened()
      const find = async (name: string) => (await store.list('', { where: { name } })).map(({ key }) => key)
      await store.put('a', bytes('1'), { fields: { name: 'one', more: 'x' } })
      await store.put('b', bytes('1'), { fields: { name: 'one' }, expiresAt: 5 })
      await store.put('c', bytes('1'), { fields: { name: 'one' } })
      expect(await find('one')).toEqual(['a', 'b', 'c'])
      const version = await store.put('a', bytes('2'), { fields: { name: 'two' } })
      await store.delete('c')
      await store.deleteExpired(5)
      expect(await find('one')).toEqual([])
      expect(await find('two')).toEqual(['a'])
      await store.compareAndSet('a', version, bytes('3'))
      expect(await find('two')).toEqual([])
      expect(await store.get('a')).not.toHaveProperty('fields')
    })

    test('writes several records or none', async () => {
      const store = await opened()
      await store.putAll([])
      await store.putAll([
        { key: 'b', value: bytes('2'), expiresAt: 7 },
        { key: 'a', value: bytes('1'), fields: { x: 'y' } },
      ])
      expect(await store.list('')).toMatchObject([
        { key: 'a', fields: { x: 'y' } },
        { key: 'b', expiresAt: 7 },
      ])
      const broken = store.putAll([
        { key: 'c', value: bytes('3') },
        { key: '', value: bytes('4') },
      ])
      await expect(broken).rejects.toMatchObject({ code: 'SERVICE_STORE_KEY_INVALID' })
      expect(await store.get('c')).toBeUndefined()
    })

    test('one write that is refused takes no other with it', async () => {
      const store = await opened()
      const results = await Promise.allSettled([
        store.put('a', bytes('1')),
        store.put('', bytes('2')),
        store.put('b', bytes('3')),
      ])
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect((await store.list('')).map(({ key }) => key)).toEqual(['a', 'b'])
    })

    test('removes everything of a prefix before a key', async () => {
      const store = await opened()
      for (const key of ['a', 'b/1', 'b/2', 'b/3', 'c']) await store.put(key, bytes('x'), { fields: { f: 'x' } })
      expect(await store.deleteUntil('b/', 'b/3')).toBe(2)
      expect(await store.deleteUntil('b/', 'z')).toBe(1)
      expect((await store.list('')).map(({ key }) => key)).toEqual(['a', 'c'])
      expect(await store.list('', { where: { f: 'x' } })).toHaveLength(2)
    })

    test('a snapshot is of one moment, while others go on writing', async () => {
      const store = await opened()
      await store.putAll(
        Array.from({ length: 500 }, (_, index) => ({
          key: `k/${String(index).padStart(4, '0')}`,
          value: bytes('old'),
          fields: { n: 'x' },
          expiresAt: 9,
        })),
      )
      const seen: string[] = []
      for await (const record of store.snapshot()) {
        if (seen.length === 0) {
          expect(record).toMatchObject({ key: 'k/0000', fields: { n: 'x' }, expiresAt: 9 })
          await store.put('k/0499', bytes('new'))
          await store.put('k/9999', bytes('new'))
        }
        seen.push(`${record.key}=${text(record.value)}`)
      }
      expect(seen).toHaveLength(500)
      expect(seen.at(-1)).toBe('k/0499=old')
      expect(text((await store.get('k/0499'))?.value)).toBe('new')
    })

    test('a prefix is literal: wildcards of a query language mean themselves', async () => {
      const store = await opened()
      for (const key of ['a%b', 'a_b', 'axb', 'a*b']) await store.put(key, bytes(key))
      expect((await store.list('a%')).map((record) => record.key)).toEqual(['a%b'])
      expect((await store.list('a_')).map((record) => record.key)).toEqual(['a_b'])
      expect((await store.list('a*')).map((record) => record.key)).toEqual(['a*b'])
    })

    test.each(['', 'a\u0000b', 'a\nb', '\ud800', 'x'.repeat(1025)])('refuses the key %j', async (key) => {
      const store = await opened()
      await expect(store.put(key, bytes('1'))).rejects.toMatchObject({ code: 'SERVICE_STORE_KEY_INVALID' })
      await expect(store.get(key)).rejects.toMatchObject({ code: 'SERVICE_STORE_KEY_INVALID' })
    })

    test('removes what expired, and only that', async () => {
      const store = await opened()
      await store.put('old', bytes('1'), { expiresAt: 100 })
      await store.put('edge', bytes('1'), { expiresAt: 200 })
      await store.put('new', bytes('1'), { expiresAt: 201 })
      await store.put('for-ever', bytes('1'))
      await store.put('extended', bytes('1'), { expiresAt: 100 })
      await store.put('extended', bytes('2'))
      expect(await store.deleteExpired(200)).toBe(2)
      expect((await store.list('')).map((record) => record.key)).toEqual(['extended', 'for-ever', 'new'])
      expect((await store.get('new'))?.expiresAt).toBe(201)
      expect(await store.get('for-ever')).not.toHaveProperty('expiresAt')
    })

    test('a transaction shows all of its writes', async () => {
      const store = await opened()
      await store.put('gone', bytes('1'))
      const result = await store.transaction(async (access) => {
        await access.put('a', bytes('1'))
        expect(text((await access.get('a'))?.value)).toBe('1')
        await access.delete('gone')
        expect(await access.compareAndSet('b', 0, bytes('2'))).toBeGreaterThan(0)
        return (await access.list('')).length
      })
      expect(result).toBe(2)
      expect((await store.list('')).map((record) => record.key)).toEqual(['a', 'b'])
    })

    test('a transaction that throws leaves nothing', async () => {
      const store = await opened()
      await store.put('a', bytes('before'))
      const work = store.transaction(async (access) => {
        await access.put('a', bytes('after'))
        await access.put('b', bytes('after'))
        throw new Error('stop')
      })
      await expect(work).rejects.toThrow('stop')
      expect(text((await store.get('a'))?.value)).toBe('before')
      expect(await store.get('b')).toBeUndefined()
    })

    test('calls beside a transaction are not mixed into it', async () => {
      const store = await opened()
      const failing = store.transaction(async (access) => {
        await access.put('a', bytes('inside'))
        await new Promise((resolve) => setImmediate(resolve))
        throw new Error('stop')
      })
      const beside = store.put('b', bytes('beside'))
      await expect(failing).rejects.toThrow('stop')
      await beside
      expect((await store.list('')).map((record) => record.key)).toEqual(['b'])
    })

    test('concurrent read-modify-write transactions lose no update', async () => {
      const store = await opened()
      await store.put('count', bytes('0'))
      const increment = () =>
        store.transaction(async (access) => {
          const count = Number(text((await access.get('count'))?.value))
          await access.put('count', bytes(String(count + 1)))
        })
      await Promise.all(Array.from({ length: 40 }, increment))
      expect(text((await store.get('count'))?.value)).toBe('40')
    })

    test('answers a probe while open and refuses everything once closed', async () => {
      const store = await open()
      await store.probe()
      await store.close()
      await store.close()
      for (const call of [store.probe(), store.get('a'), store.put('a', bytes('1')), store.list('')]) {
        await expect(call).rejects.toMatchObject({ code: 'SERVICE_STORE_UNAVAILABLE' })
      }
    })
  })
}
