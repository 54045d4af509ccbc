import { expect, test } from 'vitest'
import { callBuiltin, setOf } from '../../../conformance/call-builtin.ts'

const DOCUMENT = { a: { b: [1, 2, 3], c: 1 }, d: [{ x: 1, y: 2 }] }

const CASES: readonly (readonly [name: string, args: readonly unknown[], expected: unknown])[] = [
  ['json.marshal', [{ b: setOf(2, 1), a: '<&>\u2028' }], '{"a":"\\u003c\\u0026\\u003e\\u2028","b":[1,2]}'],
  ['json.marshal', [10n ** 30n], '1000000000000000000000000000000'],
  ['json.unmarshal', ['{"a":1e2,"a":2}'], { a: 2 }],
  ['json.unmarshal', ['12345678901234567890'], 12345678901234567890n],
  ['json.unmarshal', ['{'], 'failed: JSON offset 1: expected a string'],
  ['json.unmarshal', ['1e9999'], 'failed: a number has more than 4096 digits'],
  ['json.unmarshal', ['['.repeat(200)], 'REGO_LIMIT_DEPTH'],
  ['json.is_valid', ['1e9999'], false],
  ['json.is_valid', ['[1]'], true],
  ['json.marshal_with_options', [{ a: [] }, { indent: ' ' }], '{\n "a": []\n}'],
  ['json.marshal_with_options', [{ a: 1 }, { pretty: 1 }], 'type: operand 2 key "pretty" failed cast to bool'],
  ['json.filter', [DOCUMENT, ['a/b/1', 'd/0/x']], { a: { b: [2] }, d: [{ x: 1 }] }],
  ['json.filter', [DOCUMENT, [['a', 'b', 0]]], { a: { b: [1] } }],
  ['json.filter', [{ 'a/b': { '~': 1 } }, ['a~1b/~0']], { 'a/b': { '~': 1 } }],
  ['json.remove', [DOCUMENT, ['a/b/1', '/d/0/x', 'nowhere/at/all']], { a: { b: [1, 3], c: 1 }, d: [{ y: 2 }] }],
  ['json.patch', [{ a: [1] }, [{ op: 'add', path: '/a/-', value: 2 }]], { a: [1, 2] }],
  ['json.patch', [{ a: [1] }, [{ op: 'add', path: '/a/0', value: 0 }]], { a: [0, 1] }],
  ['json.patch', [{ a: [1] }, [{ op: 'add', path: '/a/2', value: 0 }]], undefined],
  ['json.patch', [{ a: [1] }, [{ op: 'add', path: '/a/01', value: 0 }]], undefined],
  ['json.patch', [{ a: 1 }, [{ op: 'replace', path: '/b', value: 0 }]], undefined],
  ['json.patch', [{ a: 1 }, [{ op: 'add', path: '', value: [1] }]], [1]],
  ['json.patch', [{ a: 1 }, [{ op: 'remove', path: 'a' }]], {}],
  ['json.patch', [{ a: { b: 1 } }, [{ op: 'move', from: '/a/b', path: '/c' }]], { a: {}, c: 1 }],
  ['json.patch', [{ a: 1 }, [{ op: 'copy', from: '/a', path: '/b' }]], { a: 1, b: 1 }],
  ['json.patch', [{ a: 1 }, [{ op: 'test', path: '/a', value: 1 }]], { a: 1 }],
  ['json.patch', [{ a: 1 }, [{ op: 'test', path: '/a', value: 2 }]], undefined],
  [
    'json.patch',
    [{ a: 1 }, [{ op: 'add', path: '/b' }]],
    "type: operand 2 must have a 'value' in each add, replace and test operation",
  ],
  ['json.patch', [{ a: 1 }, [{ op: 'fly', path: '/b' }]], 'type: operand 2 has an unrecognized op in an operation'],
  ['json.patch', [{ a: 1 }, [1]], 'type: operand 2 must be array of JSON-Patch objects'],
]

test.each(CASES)('%s, case %#', (name, args, expected) => {
  expect(callBuiltin(name, ...args)).toEqual(expected)
})
