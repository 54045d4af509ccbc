import { expect, test } from 'vitest'
import { count } from './count.ts'

test.each([
  [0, '0 keys'],
  [1, '1 key'],
  [2, '2 keys'],
])('%i', (number, text) => expect(count(number, 'key')).toBe(text))

test('a plural of its own', () => {
  expect([count(1, 'entry', 'entries'), count(3, 'entry', 'entries')]).toEqual(['1 entry', '3 entries'])
})
