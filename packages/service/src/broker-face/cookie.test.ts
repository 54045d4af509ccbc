import { describe, expect, test } from 'vitest'
import { encodeCookie, readCookie } from './cookie.ts'

describe('session cookie', () => {
  test.each([
    ['a=1', 'a', '1'],
    ['b=2; a=1', 'a', '1'],
    ['b=2;a=1', 'a', '1'],
    ['a=x.y_z-1=', 'a', 'x.y_z-1='],
    ['a="1"', 'a', '1'],
    ['a=1; a=2', 'a', '1'],
    ['xa=1', 'a', undefined],
    ['a', 'a', undefined],
    ['=1', '', undefined],
    ['', 'a', undefined],
    [undefined, 'a', undefined],
  ])('%j holds %s: %s', (header, name, value) => {
    expect(readCookie(header, name)).toBe(value)
  })

  test('is set without Path and Domain, and Secure over TLS alone', () => {
    const cookie = { name: 'kbs-session-id', value: 'v', expiresAt: 0 }
    expect(encodeCookie(cookie, false)).toBe(
      'kbs-session-id=v; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Strict',
    )
    expect(encodeCookie(cookie, true)).toMatch(/; Secure$/)
  })
})
