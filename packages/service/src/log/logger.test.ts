import { describe, expect, test } from 'vitest'
import { createLogger } from './logger.ts'

function capture(level = 'info') {
  const lines: Record<string, unknown>[] = []
  const log = createLogger(level, { write: (line: string) => void lines.push(JSON.parse(line)) })
  return { log, lines }
}

describe('log', () => {
  test('one JSON object a line, with level, time and message', () => {
    const { log, lines } = capture()
    log.info({ requestId: 'r' }, 'answered')
    expect(lines).toEqual([
      { level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/), requestId: 'r', msg: 'answered' },
    ])
  })

  test('private names are redacted where they slip in', () => {
    const { log, lines } = capture()
    log.info(
      {
        token: 'sw0rdfish',
        headers: { authorization: 'Bearer sw0rdfish', cookie: 'sw0rdfish' },
        a: { b: { secret: 'sw0rdfish' } },
      },
      'x',
    )
    expect(JSON.stringify(lines)).not.toContain('sw0rdfish')
    expect(JSON.stringify(lines)).toContain('[redacted]')
  })

  test('an error keeps its code, message and causes, not the fields that a library hung on it', () => {
    const { log, lines } = capture()
    const error = Object.assign(new Error('outer', { cause: new Error('inner') }), {
      code: 'X_Y',
      request: { body: 'sw0rdfish' },
    })
    log.error({ err: error }, 'failed')
    expect(lines[0]?.['err']).toMatchObject({ code: 'X_Y', message: 'outer', cause: { message: 'inner' } })
    expect(JSON.stringify(lines)).not.toContain('sw0rdfish')
  })
})
