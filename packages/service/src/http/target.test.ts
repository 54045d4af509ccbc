import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkTarget } from './target.ts'

describe('request targets', () => {
  test.each(['/', '/kbs/v0/auth', '/kbs/v0/resource/a/b/c.d', '/a?x=%2e%2e&y=../..', '/a/', '/..a/b', '/a/...'])(
    'accepts %s',
    (target) => {
      expect(() => checkTarget(target)).not.toThrow()
    },
  )

  test.each([
    '',
    '*',
    'http://host/a',
    '//host/a',
    '/a//b',
    '/a/../b',
    '/a/./b',
    '/a/..',
    '/%2e%2e/a',
    '/a%2fb',
    '/a%5cb',
    '/a\\b',
    '/a%00',
    '/a%0d%0aSet-Cookie:x',
    '/a\r\nb',
    '/a;b',
    '/ä',
    '/a b',
    '/a#b',
  ])('SERVICE_HTTP_PATH_INVALID: %j', (target) => {
    expect(() => checkTarget(target)).toThrow(
      expect.objectContaining({ code: 'SERVICE_HTTP_PATH_INVALID', status: 400 }),
    )
  })

  test('an accepted path means the same to a URL library', () => {
    fc.assert(
      fc.property(fc.webPath(), (path) => {
        try {
          checkTarget(path)
        } catch {
          return
        }
        expect(new URL(`http://host${path}`).pathname).toBe(path)
      }),
      { numRuns: 200 },
    )
  })
})
