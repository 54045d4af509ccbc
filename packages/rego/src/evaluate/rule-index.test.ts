import { expect, test } from 'vitest'
import { compilePolicy } from '../policy/compile-policy.ts'

const rules = Array.from({ length: 2000 }, (_, i) => `x := "v${i}" if {\n\tinput.path == "p${i}"\n\tinput.on\n}`)
const text = `package p\n${rules.join('\n')}\nx := "other" if input.path == 7\nx := y if y := input.force\ndefault x := "none"`
const policy = compilePolicy([{ file: 'p.rego', text }])
const ask = (input: unknown) => policy.evaluateRule('data.p.x', { input })

test('of many clauses that ask for one place, only those that can hold are tried', () => {
  expect(ask({ path: 'p1234', on: true })).toMatchObject({ value: 'v1234' })
  expect(ask({ path: 'p1234', on: true }).steps).toBeLessThan(50)
})

test('clauses that ask for something else are tried as well', () => {
  expect(ask({ path: 'p5', on: false }).value).toBe('none')
  expect(ask({ path: 'p5', force: 'f' }).value).toBe('f')
  expect(ask({ path: 7 }).value).toBe('other')
  expect(ask({ path: ['p5'], on: true }).value).toBe('none')
  expect(ask({}).value).toBe('none')
  expect(() => ask({ path: 'p5', on: true, force: 'f' })).toThrow(
    expect.objectContaining({ code: 'REGO_RESULT_CONFLICT' }),
  )
})

test('members of sets are looked up in the same way', () => {
  const members = Array.from({ length: 20 }, (_, i) => `x contains ${i} if input.n == ${i % 3}`)
  const sets = compilePolicy([{ file: '', text: `package p\n${members.join('\n')}` }])
  expect(sets.evaluateRule('data.p.x', { input: { n: 2 } }).value).toEqual([2, 5, 8, 11, 14, 17])
})
