import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { SERVICE_ERRORS } from './errors.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const tests = ['src', 'conformance']
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(root, folder, name)),
  )
  .filter(
    (path) =>
      /\.ts$/.test(path) &&
      (/\.test\.ts$/.test(path) || path.includes('conformance')) &&
      !path.endsWith('errors.test.ts'),
  )
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n')

test.each(Object.entries(SERVICE_ERRORS))(
  '%s is reached by a test, and says what to do',
  (code, { summary, next, status }) => {
    expect(tests).toMatch(new RegExp(`\\b${code}\\b`))
    expect(summary).toMatch(/^[A-Z].*\.$/)
    expect(next).toMatch(/^[A-Z].*\.$/)
    expect(status).toBeGreaterThanOrEqual(400)
  },
)
