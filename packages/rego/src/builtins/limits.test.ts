import { expect, test } from 'vitest'
import { callBuiltin, callWithin, setOf } from '../../conformance/call-builtin.ts'

const LONG = 'a'.repeat(200_000)
const CYCLE = Object.fromEntries(
  Array.from({ length: 40 }, (_, i) => [`n${i}`, [`n${(i + 1) % 40}`, `m${i}`, `m${i}x`]]),
)
const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1), deep(levels - 1)])

/** What would take too long or too much is charged before it is done. */
test.each<[name: string, ...args: unknown[]]>([
  ['numbers.range', 0, 1e9],
  ['numbers.range', 0, 10n ** 40n],
  ['numbers.range_step', 0, 10n ** 40n, 2],
  ['sprintf', '%1000000d'.repeat(400), Array(400).fill(1)],
  ['sprintf', '%*d'.repeat(400), Array(800).fill(1_000_000)],
  ['sprintf', '%.1000000f'.repeat(400), Array(400).fill(1.5)],
  ['replace', LONG, '', LONG],
  ['strings.replace_n', { a: LONG }, LONG],
  ['regex.replace', LONG, 'a', LONG],
  ['regex.match', '(a{1000})'.repeat(1600), 'a'],
  ['regex.find_n', 'a*b|a', LONG, -1],
  ['contains', LONG.repeat(20), `b${LONG}`],
  ['net.cidr_expand', '0.0.0.0/2'],
  ['net.cidr_contains_matches', Array(5000).fill('10.0.0.0/8'), Array(5000).fill('10.0.0.1')],
  ['json.marshal_with_options', deep(16), { indent: 'x'.repeat(10_000) }],
  ['yaml.unmarshal', 'x: y\n'.repeat(800_000)],
  ['base64.encode', 'x'.repeat(200_000_000)],
])('%s', (name, ...args) => {
  expect(callWithin({ steps: 1_000_000 }, name, ...args)).toMatch(/^REGO_LIMIT_(?:STEPS|MEMORY)$/)
})

/** What grows with the length of what is given ends in time. */
test.each<[name: string, expected: unknown, ...args: unknown[]]>([
  ['regex.match', false, '(a*)*b', LONG],
  ['glob.match', false, '*a*a*a*a*a*a*b', [], LONG],
  ['regex.globs_match', true, 'a*'.repeat(300), 'a+'.repeat(300)],
  ['io.jwt.decode', /^failed: /, `${'"'.repeat(500_000)}.x.y`],
  ['io.jwt.verify_rs256', /^failed: /, 'a.b.c', '-----BEGIN x-----\n'.repeat(20_000)],
  ['yaml.is_valid', true, `a: b${' '.repeat(200_000)}#\n`],
  ['yaml.is_valid', false, `"${'\\'.repeat(200_001)}`],
  ['json.is_valid', true, `"${'x'.repeat(30_000_000)}"`],
  ['yaml.is_valid', true, 'x'.repeat(3_000_000)],
  ['yaml.is_valid', true, `"${'\\n'.repeat(1_500_000)}"`],
  ['yaml.is_valid', true, `[${'x y '.repeat(100_000)}]`],
  ['yaml.is_valid', false, 'x'.repeat(5_000_000)],
  ['trim_space', 'x', `${' '.repeat(500_000)}x${' '.repeat(500_000)}`],
  [
    'strings.any_prefix_match',
    false,
    Array(20_000).fill('ab'),
    setOf(...Array.from({ length: 20_000 }, (_, i) => `ac${i}`)),
  ],
])('%s in time, case %#', (name, expected, ...args) => {
  const result = callBuiltin(name, ...args)
  if (expected instanceof RegExp) expect(result).toMatch(expected)
  else expect(result).toEqual(expected)
})

test('paths of a graph that grow with its edges alone are few', () => {
  expect(callBuiltin('graph.reachable_paths', CYCLE, ['n0'])).toHaveLength(40)
})
