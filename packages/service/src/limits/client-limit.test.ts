import { expect, test } from 'vitest'
import { createMemoryStore } from '../store/index.ts'
import { createClientLimit, isLoopback, nameClient } from './client-limit.ts'

function start(burst = 16, perSecond = 2) {
  const store = createMemoryStore()
  const clock = { now: 1000 }
  const open = () => createClientLimit({ store, perSecond, burst, now: () => clock.now })
  const count = async (limit: ReturnType<typeof open>, tries: number, client = '192.0.2.1') => {
    const results = await Promise.allSettled(Array.from({ length: tries }, () => limit.take(client)))
    return results.filter(({ status }) => status === 'fulfilled').length
  }
  return { store, clock, open, count }
}

test('SERVICE_RATE_LIMITED: a burst passes, then the pace, and the answer says how long to wait', async () => {
  const { clock, open, count } = start()
  const limit = open()
  expect(await count(limit, 50)).toBe(16)
  await expect(limit.take('192.0.2.1')).rejects.toMatchObject({
    code: 'SERVICE_RATE_LIMITED',
    status: 429,
    details: { retryAfterSeconds: 1 },
  })
  expect(await count(limit, 5, '192.0.2.2')).toBe(5)
  clock.now += 3
  expect(await count(limit, 50)).toBe(6)
})

test('replicas share a bucket', async () => {
  const { open, count } = start()
  const replicas = [open(), open(), open()]
  const passed = await Promise.all(replicas.map((replica) => count(replica, 50)))
  expect(passed.reduce((a, b) => a + b)).toBe(16)
})

test('a clock that is set back gives nothing; a bucket never holds more than its burst', async () => {
  const { clock, open, count } = start()
  const limit = open()
  expect(await count(limit, 50)).toBe(16)
  clock.now -= 500
  expect(await count(open(), 50)).toBe(0)
  clock.now += 100_000
  expect(await count(limit, 50)).toBe(16)
})

test('memory is bounded however many clients there are, and forgetting one gives it nothing', async () => {
  const { open, count } = start(16, 0.001)
  const limit = open()
  expect(await count(limit, 50, 'first')).toBe(16)
  for (let index = 0; index < 10_100; index++) await limit.take(`client-${index}`)
  expect(await count(limit, 50, 'first')).toBe(0)
})

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1::'],
  ['2001:0DB8::9', '2001:db8:0:0::'],
  ['fe80::1%eth0', 'fe80:0:0:0::'],
  ['::1', '0:0:0:0::'],
])('%s is counted as %s', (address, name) => {
  expect(nameClient(address)).toBe(name)
})

test('this machine', () => {
  expect(['127.0.0.1', '::1', 'in-process', '10.0.0.1', '::2'].map(isLoopback)).toEqual([
    true,
    true,
    true,
    false,
    false,
  ])
})
