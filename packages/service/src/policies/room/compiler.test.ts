import { expect, test } from 'vitest'
import { createPolicyCompiler } from './compiler.ts'

const source = (id: string, text: string) => ({ id, text, dialect: 'auto' as const })
const ALLOW = 'package policy\nallow := true\n'

test('a text is compiled once, and a change of anything about it is another text', () => {
  const compile = createPolicyCompiler()
  const first = compile('attestation', source('a', ALLOW))
  expect(compile('attestation', source('a', ALLOW))).toBe(first)
  expect(compile('attestation', source('b', ALLOW))).not.toBe(first)
  expect(compile('attestation', source('a', `${ALLOW}\n`))).not.toBe(first)
  expect(compile('attestation', { ...source('a', ALLOW), dialect: 'v1' })).not.toBe(first)
  const resource = compile('resource', source('a', ALLOW))
  expect(resource.shape).toBe('text')
  expect(compile('resource', { ...source('a', ALLOW), shape: 'segments' }).shape).toBe('segments')
})

test('a text that does not compile is refused the same way again, without being compiled again', () => {
  const compile = createPolicyCompiler()
  const refusalOf = () => {
    try {
      return compile('attestation', source('a', 'nothing'))
    } catch (error) {
      return error
    }
  }
  expect(refusalOf()).toMatchObject({ code: 'APPRAISAL_POLICY_TEXT_INVALID' })
  expect(refusalOf()).toBe(refusalOf())
})

test('what is kept is bounded, and the longest unused goes first', () => {
  const texts = Array.from({ length: 4 }, (_, index) => `${ALLOW}# ${index} ${'x'.repeat(1000)}\n`)
  const compile = createPolicyCompiler(3500)
  const [a, b, c] = texts.slice(0, 3).map((text) => compile('attestation', source('p', text)))
  expect(compile('attestation', source('p', texts[0] as string))).toBe(a)
  compile('attestation', source('p', texts[3] as string))
  expect(compile('attestation', source('p', texts[0] as string))).toBe(a)
  expect(compile('attestation', source('p', texts[2] as string))).toBe(c)
  expect(compile('attestation', source('p', texts[1] as string))).not.toBe(b)
})
