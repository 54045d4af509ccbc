/** Runs a module in a real browser: bundled as an application would bundle it, served on localhost, driven headless. */
import { existsSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { chromium } from 'playwright-core'

const EXECUTABLE = '/usr/bin/chromium'
const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** True where Chromium is installed. Use as `test.skipIf(!haveChromium)(\`…${chromiumAbsent}\`)`. */
export const haveChromium: boolean = existsSync(EXECUTABLE)

/** The visible reason of a skip. */
export const chromiumAbsent: string = haveChromium ? '' : ' (skipped: chromium is not installed)'

/** What a bundle weighs and is made of. */
export interface BrowserBundle {
  /** The script; its exports are on `globalThis.entry`. */
  readonly code: string
  /** Source files that went in, relative to the repository. */
  readonly inputs: readonly string[]
  /** Imports left for the browser to resolve; an application could not load them. */
  readonly externals: readonly string[]
}

/** Bundles an entry for browsers with the conditions of the workspace's sources; `minify` for a size as shipped. */
export async function bundleForBrowser(
  entryFile: string,
  options: { readonly minify?: boolean } = {},
): Promise<BrowserBundle> {
  const result = await build({
    entryPoints: [entryFile],
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    format: 'iife',
    globalName: 'entry',
    platform: 'browser',
    target: 'es2022',
    conditions: ['veritee-source', 'browser'],
    minify: options.minify ?? false,
    logLevel: 'silent',
  })
  const [output] = Object.values(result.metafile.outputs)
  return {
    code: result.outputFiles[0]!.text,
    inputs: Object.keys(result.metafile.inputs),
    externals: output!.imports.filter((entry) => entry.external).map((entry) => entry.path),
  }
}

/**
 * Bundles `entryFile`, calls its export `run(input)` in headless Chromium and returns what it returns. Input and result
 * travel as JSON. An error in the page is thrown here with its message and, if it has one, its code.
 */
export async function runInChromium(entryFile: string, input: unknown): Promise<unknown> {
  const { code } = await bundleForBrowser(entryFile)
  const server = await serve(code)
  const browser = await chromium.launch({
    executablePath: EXECUTABLE,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  try {
    const page = await browser.newPage()
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`)
    const outcome = (await page.evaluate(async (text) => {
      try {
        const { run } = (globalThis as unknown as { entry: { run(input: unknown): unknown } }).entry
        return { result: JSON.stringify(await run(JSON.parse(text))) ?? 'null' }
      } catch (error) {
        const { message, stack, code } = error as Error & { code?: string }
        return { error: { message, stack, code } }
      }
    }, JSON.stringify(input))) as { result: string } | { error: { message: string; stack?: string; code?: string } }
    if ('error' in outcome) {
      const { message, stack, code } = outcome.error
      throw Object.assign(new Error(`in Chromium: ${message}\n${stack ?? ''}`), { code })
    }
    return JSON.parse(outcome.result)
  } finally {
    await browser.close()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}

/** Localhost is a secure context, which WebCrypto wants. */
function serve(script: string): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.url === '/bundle.js') {
      response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' }).end(script)
    } else if (request.url === '/') {
      const page = '<!doctype html><meta charset="utf-8"><title>test</title><script src="/bundle.js"></script>'
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page)
    } else response.writeHead(404).end()
  })
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
}
