import { expect, test } from 'vitest'
import { callBuiltin, setOf } from '../../../conformance/call-builtin.ts'
import { addressText, parseAddress } from './address.ts'

const CASES: readonly (readonly [name: string, args: readonly unknown[], expected: unknown])[] = [
  ['net.cidr_contains', ['10.0.0.0/8', '10.255.0.1'], true],
  ['net.cidr_contains', ['10.0.0.0/8', '::ffff:10.0.0.1'], true],
  ['net.cidr_contains', ['::/0', '10.0.0.1'], false],
  ['net.cidr_contains', ['10.0.0.0/8', '010.0.0.1'], 'failed: invalid CIDR address: 010.0.0.1'],
  ['net.cidr_contains', ['10.0.0.1', '10.0.0.1'], 'failed: invalid CIDR address: 10.0.0.1'],
  ['net.cidr_intersects', ['10.0.0.0/9', '10.64.0.0/10'], true],
  ['net.cidr_is_valid', ['10.0.0.0/33'], false],
  ['net.cidr_is_valid', ['::1/129'], false],
  ['net.cidr_is_valid', [1], false],
  ['net.cidr_expand', ['::fffe/127'], ['::fffe', '::ffff']],
  ['net.cidr_expand', ['10.0.0.0/0'], 'REGO_LIMIT_STEPS'],
  ['net.cidr_expand', ['::/0'], 'REGO_LIMIT_STEPS'],
  ['net.cidr_contains_matches', [{ k: ['10.0.0.0/8', 1] }, setOf('10.0.0.1', '11.0.0.1')], [['k', '10.0.0.1']]],
  [
    'net.cidr_contains_matches',
    ['10.0.0.0/8', 1],
    'type: operand 2 must be one of {string, array, set, object} but got number',
  ],
  ['net.cidr_merge', [['10.0.0.0/9', '10.128.0.0/9', '10.3.0.0/16']], ['10.0.0.0/8']],
  ['net.cidr_merge', [['224.0.0.1']], 'failed: 224.0.0.1 has no network: needs prefix length'],
  ['net.cidr_merge', [['::1']], 'failed: IPv6 invalid: needs prefix length'],
  ['net.cidr_merge', [['::/1', '8000::/1', '0.0.0.0/1', '128.0.0.0/1']], ['0.0.0.0/0', '::/0']],
]

test.each(CASES)('%s, case %#', (name, args, expected) => {
  expect(callBuiltin(name, ...args)).toEqual(expected)
})

test.each([
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['0:0:0:0:0:0:0:0', '::'],
  ['1:0:2:0:3:0:4:0', '1:0:2:0:3:0:4:0'],
  ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ['::ffff:1.2.3.4', '1.2.3.4'],
])('%s is written %s', (text, expected) => {
  expect(addressText(parseAddress(text)!)).toBe(expected)
})

test.each([
  '1.2.3',
  '1.2.3.256',
  '1::2::3',
  ':::',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '::12345',
  'fe80::1%eth0',
  '1.2.3.4::',
  '',
])('%j is no address', (text) => {
  expect(parseAddress(text)).toBeUndefined()
})
