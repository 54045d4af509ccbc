import { expect, test } from 'vitest'
import { callBuiltin, setOf } from '../../../conformance/call-builtin.ts'

test.each([
  ['%d|%5d|%-5d|%05d|%+d|% d', [1, 2, 3, 4, 5, 6], '1|    2|3    |00004|+5| 6'],
  ['%x|%X|%#x|%o|%#o|%O|%b|%08b', [255, 255, 255, 8, 8, 8, 5, 5], 'ff|FF|0xff|10|010|0o10|101|00000101'],
  ['%c|%q|%U|%#U', [65, 65, 0x1f600, 0x263a], "A|'A'|U+1F600|U+263A '☺'"],
  [
    '%f|%.2f|%8.3f|%-8.1f|%08.3f|%+.1e',
    [1.5, 2.345, 3.1425, 2.25, -3.1425, 12345.678],
    '1.500000|2.35|   3.143|2.2     |-003.143|+1.2e+04',
  ],
  ['%.0f %.0f %.0f %.0f', [0.5, 1.5, 2.5, 3.5], '0 2 2 4'],
  ['%g|%G|%e|%v', [1e-7, 1e-7, 123456.789, 1234567.5], '1e-07|1E-07|1.234568e+05|1.2345675e+06'],
  ['%v|%v|%v', [0.0001, 0.00001, 100000.5], '0.0001|1e-05|100000.5'],
  ['%x|%b|%.3g|%#g', [1.5, 1.5, 1234.5, 1.5], '0x1.8p+00|6755399441055744p-52|1.23e+03|1.50000'],
  [
    '%s|%5s|%-5s|%05s|%.2s|%x|% x|%q|%+q|%#q',
    ['a', 'b', 'c', 'd', 'héllo', 'hi', 'hi', 'a"\n', 'é', 'a"b'],
    'a|    b|c    |0000d|hé|6869|68 69|"a\\"\\n"|"\\u00e9"|`a"b`',
  ],
  ['%v|%s|%v|%v', [true, null, [1, 'a', { b: 2.5 }], setOf('x')], 'true|null|[1, "a", {"b": 2.5}]|{"x"}'],
  ['%T %T %T %T %T', [1, 1.5, 'a', true, 10n ** 30n], 'int float64 string string *big.Int'],
  ['%s|%d|%x', [10n ** 20n, 10n ** 20n, 2n ** 64n], '100000000000000000000|100000000000000000000|10000000000000000'],
  ['%d|%s|%t|%z|%f', ['x', 5, true, 1, 3], '%!d(string=x)|%!s(int=5)|%!t(string=true)|%!z(int=1)|%!f(int=3)'],
  ['%d %d', [1], '1 %!d(MISSING)'],
  ['%d', [1, 'x', 2.5], '1%!(EXTRA string=x, float64=2.5)'],
  ['100%', [], '100%!(NOVERB)'],
  ['%%|%5%', [], '%|%'],
  ['%[2]d %[1]d', [1, 2], '2 1'],
  ['%[3]d', [1, 2], '%!d(BADINDEX)'],
  ['%[2]*[1]d|', [7, 4], '   7|'],
  ['%*d|%-*d|%.*f|', [4, 1, 4, 2, 1, 2.55], '   1|2   |2.5|'],
  ['%*d', ['x', 1], '%!(BADWIDTH)1'],
  ['%.*d', [-1, 1], '%!(BADPREC)1'],
  ['%99999999d', [1], '%!(NOVERB)%!(EXTRA int=1)'],
  ['%#v', ['a'], '"a"'],
  ['', [], ''],
] as const)('%s', (format, args, expected) => {
  expect(callBuiltin('sprintf', format, args)).toBe(expected)
})

test('a number beyond the doubles keeps its exponent', () => {
  expect(callBuiltin('sprintf', '%v', [2n * 10n ** 308n])).toBe('2e308')
})

test.each([
  ['%v', 'type: operand 2 must be array but got string', 'x'],
  [5, 'type: operand 1 must be string but got number', []],
])('sprintf(%j) is %s', (format, expected, args) => {
  expect(callBuiltin('sprintf', format, args)).toBe(expected)
})
