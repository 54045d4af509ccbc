import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addNumbers,
  ceilNumber,
  compareNumbers,
  createNumber,
  divideNumbers,
  ExactNumber,
  floorNumber,
  multiplyNumbers,
  numberText,
  parseNumber,
  remainderOfNumbers,
  roundNumber,
  subtractNumbers,
} from '../index.ts'

const read = (text: string) => parseNumber(text)!

describe('numbers', () => {
  test.each([
    ['0', '0'],
    ['-0', '0'],
    ['1e3', '1000'],
    ['100.00', '100'],
    ['0.1', '0.1'],
    ['0.10', '0.1'],
    ['9007199254740993', '9007199254740993'],
    ['1e30', `1${'0'.repeat(30)}`],
    ['0.1234567890123456789', '0.1234567890123456789'],
    ['1.5e-10', '1.5e-10'],
    ['-12.5e1', '-125'],
  ])('%s reads as %s', (text, expected) => {
    expect(numberText(read(text))).toBe(expected)
  })

  test.each(['', '-', '.', 'e1', '1e', '0x1', '1_0', 'NaN'])('%j is not a number', (text) => {
    expect(parseNumber(text)).toBeUndefined()
  })

  test.each([
    ['0.1 + 0.2', addNumbers(read('0.1'), read('0.2')), '0.3'],
    ['2^53 + 1', addNumbers(2 ** 53 - 1, 2), '9007199254740993'],
    ['1.5 - 1.5', subtractNumbers(1.5, 1.5), '0'],
    [
      'big product',
      multiplyNumbers(read('9007199254740993'), read('9007199254740993')),
      '81129638414606699710187514626049',
    ],
    ['1.1 * 1.1', multiplyNumbers(1.1, 1.1), '1.21'],
    ['10 / 4', divideNumbers(10, 4), '2.5'],
    ['1 / 3', divideNumbers(1, 3), '0.33333333333333333334'],
    ['big quotient', divideNumbers(read('1e40'), read('1e20')), '100000000000000000000'],
    ['-7 rem 3', remainderOfNumbers(-7, 3), '-1'],
    ['round 2.5', roundNumber(2.5), '3'],
    ['round -2.5', roundNumber(-2.5), '-3'],
    ['floor -0.5', floorNumber(-0.5), '-1'],
    ['ceil of a long fraction', ceilNumber(read('1.0000000000000000000001')), '2'],
  ])('%s', (_, actual, expected) => {
    expect(numberText(actual!)).toBe(expected)
  })

  test('a division by zero has no result', () => {
    expect(divideNumbers(1, 0)).toBeUndefined()
  })

  test.each(['1e5000', '1e-5000', '9'.repeat(5000)])('%.10s… is refused: REGO_LIMIT_SIZE', (text) => {
    expect(() => parseNumber(text)).toThrow(expect.objectContaining({ code: 'REGO_LIMIT_SIZE' }))
  })

  test('whole numbers of any size calculate exactly', () => {
    const big = fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n })
    fc.assert(
      fc.property(big, big, (a, b) => {
        const x = createNumber(a)
        const y = createNumber(b)
        expect(numberText(addNumbers(x, y))).toBe(String(a + b))
        expect(numberText(subtractNumbers(x, y))).toBe(String(a - b))
        expect(numberText(multiplyNumbers(x, y))).toBe(String(a * b))
        expect(Math.sign(compareNumbers(x, y))).toBe(a < b ? -1 : a > b ? 1 : 0)
        if (b !== 0n) expect(numberText(remainderOfNumbers(x, y))).toBe(String(a % b))
      }),
      { numRuns: 200 },
    )
  })

  test('every number has one form', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e200, max: 1e200 }), (value) => {
        const number = read(String(value))
        const again = read(numberText(number))
        if (number instanceof ExactNumber) expect(numberText(again)).toBe(numberText(number))
        else expect(again).toBe(number)
      }),
      { numRuns: 200 },
    )
  })
})
