import { describe, expect, test } from 'vitest'
import { encodeUtf8 } from '../bytes/index.ts'
import { createSm2PrivateKey, signSm2, sm2PublicKey, verifySm2 } from './index.ts'
import { PointMemory } from './point-memory.ts'

function createPoints() {
  const tables: string[] = []
  const memory = new PointMemory()
  const use = (name: string) => memory.find(name, () => ({ precompute: () => tables.push(name) }))
  return { tables, use }
}

describe('points that were met before', () => {
  test('get a table once, when they were used often', () => {
    const { tables, use } = createPoints()
    const first = use('a')
    for (let i = 0; i < 6; i++) expect(use('a')).toBe(first)
    expect(tables).toEqual([])
    for (let i = 0; i < 20; i++) use('a')
    expect(tables).toEqual(['a'])
  })

  test('are forgotten, the longest unused first', () => {
    const { use } = createPoints()
    const first = use('a')
    for (let i = 0; i < 63; i++) use(`b${i}`)
    expect(use('a')).toBe(first)
    for (let i = 0; i < 64; i++) use(`c${i}`)
    expect(use('a')).not.toBe(first)
  })
})

test('signatures are told from each other before and after a key has its table', () => {
  const privateKey = createSm2PrivateKey()
  const key = sm2PublicKey(privateKey)
  const [data, other] = [encodeUtf8('data'), encodeUtf8('other data')]
  const stranger = signSm2(createSm2PrivateKey(), data)
  for (let i = 0; i < 20; i++) {
    const signature = signSm2(privateKey, data)
    expect(verifySm2(key, data, signature), `${i}`).toBe(true)
    expect(verifySm2(key, other, signature), `${i}`).toBe(false)
    expect(verifySm2(key, data, stranger), `${i}`).toBe(false)
    const changed = signature.with(i, signature[i]! ^ 1)
    expect(verifySm2(key, data, changed), `${i}`).toBe(false)
  }
})
