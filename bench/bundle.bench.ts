/** What a page pays to check evidence itself: bundle sizes, minified and compressed. */
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { build } from 'esbuild'

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
      write: false,
      minify: true,
      format: 'esm',
      platform: 'browser',
      conditions: ['veritee-source', 'browser'],
      logLevel: 'silent',
    })
    const code = result.outputFiles[0]!.contents
    sizes[name] = { bytes: code.length, gzipBytes: gzipSync(code).length, brotliBytes: brotliCompressSync(code).length }
  }
  return sizes
}
