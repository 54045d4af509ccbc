import { expect, test } from 'vitest'
import { callBuiltin, createRun, setOf } from '../../../conformance/call-builtin.ts'
import { isArray, type RegoObject, valueFromJson } from '../../value/index.ts'
import { walkValue } from './walk.ts'

const GRAPH = { a: ['b', 'c'], b: ['d'], c: ['d'], d: [], x: ['x'], y: ['gone'] }

const CASES: readonly (readonly [name: string, args: readonly unknown[], expected: unknown])[] = [
  ['array.concat', [[1], [2]], [1, 2]],
  ['array.concat', [[1], setOf()], 'type: operand 2 must be array but got set'],
  ['array.flatten', [[1, [2, [3]], []]], [1, 2, [3]]],
  ['array.reverse', [[1, 2, 3]], [3, 2, 1]],
  ['array.slice', [[1, 2, 3], -5, 2], [1, 2]],
  ['array.slice', [[1, 2, 3], 2, 1], []],
  ['and', [setOf(1, 2), setOf(2, 3)], [2]],
  ['or', [setOf(1, 2), setOf(2, 3)], [1, 2, 3]],
  ['union', [setOf()], []],
  ['union', [setOf(setOf(1), setOf(2))], [1, 2]],
  ['intersection', [setOf()], []],
  ['intersection', [setOf(setOf(1, 2), setOf(2))], [2]],
  ['intersection', [setOf(1)], 'type: operand 1 must be set of sets but got set containing number'],
  ['internal.member_2', [1, { a: 1 }], true],
  ['internal.member_2', [1, 'a1'], false],
  ['internal.member_3', [0, 'a', ['a']], true],
  ['internal.member_3', [0.5, 'a', ['a']], false],
  ['internal.member_3', ['a', 'a', setOf('a')], true],
  ['object.get', [{ a: [{ b: 1 }] }, ['a', 0, 'b'], 2], 1],
  ['object.get', [{ a: null }, 'a', 2], null],
  ['object.get', [{ a: [1] }, ['a', 5], 2], 2],
  ['object.get', [{ a: [1] }, ['a', -1], 2], 2],
  ['object.keys', [{ b: 1, a: 2 }], ['a', 'b']],
  [
    'object.union',
    [
      { a: { b: 1 }, c: 1 },
      { a: { d: 2 }, c: { e: 1 } },
    ],
    { a: { b: 1, d: 2 }, c: { e: 1 } },
  ],
  ['object.union_n', [[{ a: { x: 1 } }, { a: { y: 2 } }, { a: 3 }, { a: { z: 4 } }]], { a: { z: 4 } }],
  ['object.union_n', [[]], {}],
  ['object.union_n', [[1]], 'type: operand 1 must be array of objects but got array containing number'],
  ['object.filter', [{ a: 1, b: 2 }, { a: null }], { a: 1 }],
  ['object.remove', [{ a: 1, b: 2 }, ['a']], { b: 2 }],
  ['object.remove', [{ a: 1 }, 'a'], 'type: operand 2 must be one of {object, set, array} but got string'],
  ['object.subset', [{ a: [1, 2, 3], b: 1 }, { a: [2, 3] }], true],
  [
    'object.subset',
    [
      [1, 1, 2],
      [1, 2],
    ],
    true,
  ],
  [
    'object.subset',
    [
      [1, 2, 1, 2, 3],
      [1, 2, 3],
    ],
    true,
  ],
  [
    'object.subset',
    [
      [1, 2],
      [2, 1],
    ],
    false,
  ],
  ['object.subset', [[1, 2], setOf(2)], true],
  ['graph.reachable', [GRAPH, ['a', 'nowhere']], ['a', 'b', 'c', 'd']],
  ['graph.reachable', [1, []], 'type: operand 1 must be object but got number'],
  [
    'graph.reachable_paths',
    [GRAPH, ['a']],
    [
      ['a', 'b', 'd'],
      ['a', 'c', 'd'],
    ],
  ],
  ['graph.reachable_paths', [GRAPH, ['y']], [['y']]],
  ['graph.reachable_paths', [GRAPH, ['d', 'nowhere']], [['d']]],
]

test.each(CASES)('%s, case %#', (name, args, expected) => {
  expect(callBuiltin(name, ...args)).toEqual(expected)
})

test('object.subset: two objects that are no collections of one kind are refused', () => {
  expect(callBuiltin('object.subset', { a: 1 }, [1])).toMatch(/^type: /)
})

test('walk gives each part with the path that leads to it', () => {
  const value = valueFromJson({ a: [{ b: 1 }, setOf('x')], c: {} }) as RegoObject
  const pairs = [...walkValue(value, createRun())]
  expect(pairs.map(([path]) => path.length)).toEqual([0, 1, 2, 3, 2, 3, 1])
  expect(pairs[0]?.[1]).toBe(value)
  expect(pairs.at(-1)?.[0]).toEqual(['c'])
})

test('walk without paths gives the same parts', () => {
  const value = valueFromJson({ a: [[1, 2], { b: null }] })
  const parts = [...walkValue(value, createRun())].map(([, part]) => part)
  const bare = [...walkValue(value, createRun(), { paths: false })]
  expect(bare.map(([, part]) => part)).toEqual(parts)
  expect(bare.every(([path]) => isArray(path) && path.length === 0)).toBe(true)
})
