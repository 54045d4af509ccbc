import { expect, test } from 'vitest'
import { callBuiltin, createRun, evaluateBuiltin } from '../../../conformance/call-builtin.ts'

/** The order that Semantic Versioning 2.0.0 §11 gives as its example. */
const ORDER = [
  '1.0.0-alpha',
  '1.0.0-alpha.1',
  '1.0.0-alpha.beta',
  '1.0.0-beta',
  '1.0.0-beta.2',
  '1.0.0-beta.11',
  '1.0.0-rc.1',
  '1.0.0',
  '2.0.0',
  '2.1.0',
  '2.1.1',
]

test('semver.compare puts versions in their order', () => {
  for (const [i, a] of ORDER.entries()) {
    for (const [j, b] of ORDER.entries()) expect(callBuiltin('semver.compare', a, b)).toBe(Math.sign(i - j))
  }
})

test.each([
  ['1.0.0+build.1', true],
  ['1.0.0-0.3.7', true],
  ['99999999999999999999.0.0', true],
  ['01.0.0', false],
  ['1.0.0-01', false],
  ['v1.0.0', false],
  ['1.0', false],
  [1, false],
])('semver.is_valid(%j) is %s', (version, expected) => {
  expect(callBuiltin('semver.is_valid', version)).toBe(expected)
})

test('build metadata does not count', () => {
  expect(callBuiltin('semver.compare', '1.0.0+a', '1.0.0+b')).toBe(0)
  expect(callBuiltin('semver.compare', '1', '1.0.0')).toBe('failed: operand 1: string "1" is not a valid SemVer')
})

test.each([
  [
    '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
    {
      version: 1,
      variant: 'RFC4122',
      time: 886630433151182400n,
      clocksequence: 180,
      nodeid: '00-c0-4f-d4-30-c8',
      macvariables: 'global:unicast',
    },
  ],
  ['{6ba7b810-9dad-41d1-c0b4-00c04fd430c8}', { version: 4, variant: 'Microsoft' }],
  ['6ba7b8109dad41d180b400c04fd430c', undefined],
  ['6ba7b810-9dad-41d1-80b4-00c04fd430cx', undefined],
])('uuid.parse(%s)', (text, expected) => {
  expect(callBuiltin('uuid.parse', text)).toEqual(expected)
})

test('uuid.rfc4122 makes one UUID of version 4 for each name', () => {
  const run = createRun()
  const uuid = evaluateBuiltin('uuid.rfc4122', ['a'], run)
  expect(uuid).toBe('00010203-0405-4607-8809-0a0b0c0d0e0f')
  expect(evaluateBuiltin('uuid.rfc4122', ['a'], run)).toBe(uuid)
})
