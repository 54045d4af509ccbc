import { expect, test } from 'vitest'
import { callBuiltin, setOf } from '../../../conformance/call-builtin.ts'

const CASES: readonly (readonly [name: string, args: readonly unknown[], expected: unknown])[] = [
  ['contains', ['abc', ''], true],
  ['startswith', [1, 'a'], 'type: operand 1 must be string but got number'],
  ['endswith', ['abc', 'bc'], true],
  ['indexof', ['a😀b', 'b'], 2],
  ['indexof', ['abc', ''], 'failed: empty search character'],
  ['indexof_n', ['aaaa', 'aa'], [0, 1, 2]],
  ['indexof_n', ['😀a😀a', 'a'], [1, 3]],
  ['strings.count', ['aaaa', 'aa'], 2],
  ['strings.count', ['😀', ''], 2],
  ['substring', ['a😀b', 1, 1], '😀'],
  ['substring', ['abc', 1, 1.5], 'type: operand 3 must be integer number but got floating-point number'],
  ['substring', ['', 5, -1], ''],
  [
    'strings.any_prefix_match',
    [
      ['b', 'abc'],
      ['ab', 'x'],
    ],
    true,
  ],
  [
    'strings.any_prefix_match',
    [
      ['b', 'abc'],
      ['abcd', 'c'],
    ],
    false,
  ],
  ['strings.any_prefix_match', [setOf('x'), ''], true],
  ['strings.any_suffix_match', ['a.rego', setOf('.json', '.rego')], true],
  ['strings.any_suffix_match', [{}, 'x'], 'type: operand 1 must be one of {string, set, array} but got object'],
  ['strings.any_suffix_match', ['x', [1]], 'type: operand 2 must be array of strings but got array containing number'],
  ['strings.reverse', ['a😀'], '😀a'],
  ['lower', ['ÄB'], 'äb'],
  ['trim', ['😀a😀', '😀'], 'a'],
  ['trim_left', ['xxa', 'x'], 'a'],
  ['trim_right', ['axx', 'x'], 'a'],
  ['trim_space', ['\u0085 a\u00a0\n'], 'a'],
  ['trim_prefix', ['aab', 'a'], 'ab'],
  ['trim_suffix', ['abb', 'b'], 'ab'],
  ['split', ['a,b', ','], ['a', 'b']],
  ['split', ['a😀', ''], ['a', '😀']],
  ['concat', ['-', setOf('b', 'a')], 'a-b'],
  ['concat', ['-', ['a', 1]], 'type: operand 2 must be array of strings but got array containing number'],
  ['replace', ['aaa', 'aa', 'b'], 'ba'],
  ['replace', ['ab', '', '-'], '-a-b-'],
  ['strings.replace_n', [{ a: 'b', b: 'a' }, 'abc'], 'bac'],
  ['strings.replace_n', [{ '': '-', a: 'x' }, 'ab'], '-x-b-'],
  ['strings.replace_n', [{}, 'ab'], 'ab'],
  ['units.parse', ['1.5Ki'], 1536],
  ['units.parse', ['1m'], 0.001],
  ['units.parse', ['1M'], 1000000],
  ['units.parse', ['1e99999'], 'failed: value out of range'],
  ['units.parse', ['1x'], 'failed: unit x not recognized'],
  ['units.parse_bytes', ['1.5k'], 1500],
  ['units.parse_bytes', ['0.1b'], 0],
  ['units.parse_bytes', ['1 k'], 'failed: spaces not allowed in resource strings'],
  ['units.parse_bytes', ['-'], 'failed: no byte amount provided'],
]

test.each(CASES)('%s(%j) is %j', (name, args, expected) => {
  expect(callBuiltin(name, ...args)).toEqual(expected)
})
