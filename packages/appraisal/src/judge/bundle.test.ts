import { build } from 'esbuild'
import { expect, test } from 'vitest'

/** What a browser would load for an entry of this package. */
async function listInputs(entry: string): Promise<string[]> {
  const { metafile } = await build({
    stdin: { contents: `export * from '@veritee/appraisal/${entry}'`, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['veritee-source', 'browser'],
    logLevel: 'silent',
  })
  return Object.keys(metafile.inputs)
}

test.each(['judge', 'tokens'])('%s runs in browsers: no module of Node and no reader of files', async (entry) => {
  const inputs = await listInputs(entry)
  expect(inputs.some((path) => path.endsWith(`src/${entry}/index.ts`))).toBe(true)
  expect(inputs.filter((path) => /node:|engine\/node|node_modules\/(?:zod|jose|smol-toml)\//.test(path))).toEqual([])
})
