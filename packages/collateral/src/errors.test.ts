import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { COLLATERAL_ERRORS } from './errors.ts'

const root = fileURLToPath(new URL('.', import.meta.url))
const tests = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts') && !name.endsWith('errors.test.ts'))
  .map((name) => readFileSync(join(root, name), 'utf8'))
  .join('\n')

test.each(Object.entries(COLLATERAL_ERRORS))(
  '%s is reached by a test, and says what to do',
  (code, { summary, next, status }) => {
    expect(tests).toMatch(new RegExp(`\\b${code}\\b`))
    expect(summary).toMatch(/^[A-Z].*\.$/)
    expect(next).toMatch(/^[A-Z].*\.$/)
    expect(status).toBeGreaterThanOrEqual(400)
  },
)
