import { describe, expect, test } from 'vitest'
import { callBuiltin, createRun, evaluateBuiltin, setOf } from '../../../conformance/call-builtin.ts'

const CASES: readonly (readonly [name: string, args: readonly unknown[], expected: unknown])[] = [
  ['plus', [1, 2.5], 3.5],
  ['plus', [9007199254740993n, 1], 9007199254740994n],
  ['plus', ['a', 1], 'type: operand 1 must be number but got string'],
  ['minus', [setOf(1, 2, 3), setOf(2)], [1, 3]],
  ['minus', [setOf(1), 1], 'type: operand 2 must be set but got number'],
  ['minus', [1, setOf(1)], 'type: operand 2 must be number but got set'],
  ['minus', [null, 1], 'type: operand 1 must be one of {number, set} but got null'],
  ['div', [7, 2], 3.5],
  ['div', [7, 0], 'failed: divide by zero'],
  ['rem', [-7, 3], -1],
  ['rem', [7, 0], 'failed: modulo by zero'],
  ['rem', [7.5, 2], 'failed: modulo on floating-point number'],
  ['round', [-2.5], -3],
  ['ceil', [-0.5], 0],
  ['abs', [-1.25], 1.25],
  ['lt', [null, false], true],
  ['gte', [setOf(1), { a: 1 }], true],
  ['neq', [1, 1.0], false],
  ['bits.and', [-1, 255], 255],
  ['bits.lsh', [1, 64], 18446744073709551616n],
  ['bits.lsh', [1, -1], 'type: operand 2 must be an unsigned integer number but got a negative integer'],
  ['bits.lsh', [1, 100000], 'REGO_LIMIT_SIZE'],
  ['bits.rsh', [-8, 1], -4],
  ['bits.rsh', [1, 10n ** 30n], 0],
  ['bits.negate', [1.5], 'type: operand 1 must be integer number but got floating-point number'],
  ['count', ['a😀e\u0301'], 4],
  ['count', [{ a: 1, b: 2 }], 2],
  ['count', [null], 'type: operand 1 must be one of {array, object, set, string} but got null'],
  ['sum', [[]], 0],
  ['sum', [[0.1, 0.2, 0.3]], 0.6],
  ['sum', [[1, 'x']], 'type: operand 1 must be array of numbers but got array containing string'],
  ['product', [setOf(2, 3, 4)], 24],
  ['max', [[]], undefined],
  ['max', [[1, 'a', null]], 'a'],
  ['min', [setOf(3, 1, 2)], 1],
  ['sort', [['b', 1, null, 'a']], [null, 1, 'a', 'b']],
  ['all', [[]], true],
  ['any', [[false, null]], false],
  ['type_name', [setOf()], 'set'],
  ['is_number', [10n ** 30n], true],
  ['is_object', [[]], false],
  ['to_number', ['-42.50'], -42.5],
  ['to_number', ['1e9999'], 'failed: value out of range'],
  ['to_number', ['-Infinity'], 'type: operand 1 must be valid number string but got string'],
  ['to_number', ['0x10'], 'failed: strconv.ParseFloat: parsing "0x10": invalid syntax'],
  ['to_number', [[]], 'type: operand 1 must be one of {null, boolean, number, string} but got array'],
  ['cast_array', [setOf(2, 1)], [1, 2]],
  ['cast_set', [[1, 1]], [1]],
  ['cast_string', [1], 'type: operand 1 must be string but got number'],
  ['numbers.range', [3, 1], [3, 2, 1]],
  ['numbers.range_step', [0, 7, 3], [0, 3, 6]],
  ['numbers.range_step', [0, 7, 0], 'failed: step must be a positive integer'],
  ['format_int', [-255.9, 16], '-ff'],
  ['format_int', [-0.5, 10], '0'],
  ['format_int', [1, 3], 'type: operand 2 must be one of {2, 8, 10, 16}'],
  ['rand.intn', ['a', 0], 0],
]

test.each(CASES)('%s, case %#', (name, args, expected) => {
  expect(callBuiltin(name, ...args)).toEqual(expected)
})

describe('rand.intn', () => {
  test('is one number for each name and bound, below the bound', () => {
    const run = createRun()
    const first = evaluateBuiltin('rand.intn', ['a', -1000], run)
    expect(evaluateBuiltin('rand.intn', ['a', 1000], run)).toBe(first)
    expect(first).toBeGreaterThanOrEqual(0)
    expect(first).toBeLessThan(1000)
  })
})
