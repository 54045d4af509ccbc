/** The page of the configuration says every key with its default, in both languages. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { CONFIG_REFERENCE, parseConfig } from '../src/config/index.ts'
import { CONFIG_SCHEMA } from '../src/config/schema.ts'

interface SchemaNode {
  readonly def?: {
    readonly innerType?: unknown
    readonly options?: readonly unknown[]
    readonly shape?: Readonly<Record<string, unknown>>
    readonly defaultValue?: unknown
  }
}

/** Keys below a schema, and the default of each where it has one. */
function* listKeys(schema: unknown, path: string, inherited?: unknown): Generator<[string, unknown]> {
  const { innerType, options, shape, defaultValue = inherited } = (schema as SchemaNode).def ?? {}
  if (shape !== undefined)
    for (const [name, below] of Object.entries(shape)) yield* listKeys(below, path === '' ? name : `${path}.${name}`)
  else if (innerType !== undefined) yield* listKeys(innerType, path, defaultValue)
  else if (options?.some((option) => (option as SchemaNode).def?.shape ?? (option as SchemaNode).def?.innerType))
    for (const option of options) yield* listKeys(option, path)
  else yield [path, defaultValue]
}

const effective = parseConfig({ dir: 'DIR' })
const keys = new Map<string, string>()
for (const [path, own] of listKeys(CONFIG_SCHEMA, '')) {
  const found = path
    .split('.')
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], effective)
  const value = path === 'dir' ? undefined : (found ?? own)
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  keys.set(path, value === undefined ? '–' : `\`${text}\``)
}

describe.each(['en', 'zh'])('docs/%s/configuration.md', (language) => {
  const page = readFileSync(new URL(`../../../docs/${language}/configuration.md`, import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| `([\w.]+)` \| (.+?) \| (.+?) \| (.+?) \|$/gm)]

  test('has every key once, and no other', () => {
    expect(rows.map(([, key]) => key).toSorted()).toEqual([...keys.keys()].toSorted())
    expect(keys.size).toBeGreaterThan(50)
  })

  test('has the default of each', () => {
    expect(Object.fromEntries(rows.map(([, key, value]) => [key, value]))).toEqual(Object.fromEntries(keys))
  })
})

test('the help says what the page says', () => {
  const page = readFileSync(new URL('../../../docs/en/configuration.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^(?:## (.+)|\| `([\w.]+)` \| (.+?) \| (.+?) \| (.+?) \|)$/gm)]
  const told = CONFIG_REFERENCE.flatMap(({ title, keys: known }) => [
    [title],
    ...known.map(({ key, fallback, meaning, danger }) => [key, fallback ?? '–', meaning, danger ?? '–']),
  ])
  expect(told).toEqual(
    rows.map(([, title, key, fallback, meaning, danger]) =>
      title === undefined ? [key, fallback?.replaceAll('`', ''), meaning, danger] : [title],
    ),
  )
})
