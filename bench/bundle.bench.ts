/** What a page pays to check evidence itself: bundle sizes, minified and compressed. */
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { type BuildResult, build } from 'esbuild'

const ENTRIES = {
  'verify a TDX quote': `export { parseDcapCollateral, verifyTdxQuote } from '@veritee/evidence/dcap'`,
  'judge evidence': `export { judgeEvidence } from '@veritee/appraisal/judge'`,
  'evaluate Rego': `export { compilePolicy } from '@veritee/rego'`,
}

export async function bench(): Promise<unknown> {
  const sizes: Record<string, unknown> = {}
  for (const [name, contents] of Object.entries(ENTRIES)) {
    const result = await build({
      stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
      bundle: true,
      // What is imported on demand goes into chunks of its own, as a page loads it.
      splitting: true,
      outdir: 'out',
      write: false,
      minify: true,
      format: 'esm',
      platform: 'browser',
      conditions: ['veritee-source', 'browser'],
      logLevel: 'silent',
      metafile: true,
    })
    const code = joinFirstLoad(result)
    sizes[name] = { bytes: code.length, gzipBytes: gzipSync(code).length, brotliBytes: brotliCompressSync(code).length }
  }
  return sizes
}

/** The entry and every chunk that it imports at once. */
function joinFirstLoad({ outputFiles, metafile }: BuildResult<{ write: false; metafile: true }>): Uint8Array {
  const needed = new Set<string>()
  const pending = Object.entries(metafile.outputs).flatMap(([path, { entryPoint }]) =>
    entryPoint === '<stdin>' ? [path] : [],
  )
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (needed.has(path)) continue
    needed.add(path)
    for (const { path: next, kind } of metafile.outputs[path]!.imports)
      if (kind !== 'dynamic-import') pending.push(next)
  }
  return Buffer.concat(
    outputFiles.filter(({ path }) => [...needed].some((name) => path.endsWith(name))).map(({ contents }) => contents),
  )
}
