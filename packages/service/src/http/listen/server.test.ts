import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request as requestHttps } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { issueSelfSigned } from '../../../../../testkit/certificate.ts'
import { parseConfig, type ServiceConfigInput } from '../../config/index.ts'
import { createLogger } from '../../log/index.ts'
import { createApp } from '../app.ts'
import { readBody } from '../body.ts'
import type { Face } from '../types.ts'
import { checkListen, closeServer, createHttpServer, listenOn } from './server.ts'

const LIMIT = 4096

function testFace(): Face & { release: () => void } {
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const operation = { summary: 'test', responses: { 200: { description: 'ok' } } }
  return {
    name: 'test',
    basePaths: ['/kbs/v0', '/api/kbs/v0'],
    release: () => release(),
    routes: [
      {
        method: 'post',
        path: '/size',
        operation,
        respond: async (c) => c.json((await readBody(c, LIMIT)).length),
      },
      { method: 'get', path: '/thing/{a}/{b}', operation, respond: (c) => c.json(c.req.param()) },
      { method: 'delete', path: '/thing/{a}/{b}', operation, respond: (c) => c.body(null, 200) },
      {
        method: 'get',
        path: '/held',
        operation,
        async respond(c) {
          await held
          return c.text('done')
        },
      },
      {
        method: 'get',
        path: '/broken',
        operation,
        respond() {
          throw new Error('the password is swordfish')
        },
      },
    ],
  }
}

async function start(config: Partial<ServiceConfigInput> = {}) {
  const parsed = parseConfig({ dir: '/nowhere', listen: '127.0.0.1:0', ...config })
  const lines: string[] = []
  const log = createLogger(
    'info',
    new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk))
        done()
      },
    }),
  )
  const face = testFace()
  let stopping = false
  const app = createApp({ faces: [face], log, stopping: () => stopping, version: '0' })
  const server = createHttpServer(parsed, app.fetch)
  const address = await listenOn(server, checkListen(parsed))
  const stop = () => {
    stopping = true
    return closeServer(server, parsed.limits.stopSeconds * 1000)
  }
  onTestFinished(async () => {
    face.release()
    server.closeAllConnections()
    await stop()
  })
  return { address, base: `http://127.0.0.1:${address.port}`, lines, face, stop, app, server }
}

/** Sends bytes as they are and gives back everything that comes until the other end closes. */
function exchangeRaw(address: AddressInfo, ...parts: string[]): Promise<string> {
  return new Promise((resolve) => {
    const socket: Socket = connect(address.port, '127.0.0.1')
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.on('error', () => resolve(answer))
    socket.on('close', () => resolve(answer))
    for (const part of parts) socket.write(part)
  })
}

describe('HTTP', () => {
  test('every answer has a request id and the security headers, refusals too', async () => {
    const { base } = await start()
    for (const path of ['/kbs/v0/thing/x/y', '/nothing', '/kbs/v0/broken', '/kbs/v0/thing//y']) {
      const response = await fetch(base + path, { headers: { 'x-request-id': 'mine-1' } })
      expect(response.headers.get('x-request-id')).toBe('mine-1')
      expect(response.headers.get('x-content-type-options')).toBe('nosniff')
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    }
    const made = await fetch(`${base}/nothing`, { headers: { 'x-request-id': 'bad id\u00e9' } })
    expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('SERVICE_HTTP_ROUTE_UNKNOWN, and 405 with Allow on both base paths', async () => {
    const { base } = await start()
    const unknown = await fetch(`${base}/kbs/v0/nothing`)
    expect(unknown.status).toBe(404)
    expect(await unknown.json()).toMatchObject({
      code: 'SERVICE_HTTP_ROUTE_UNKNOWN',
      findings: [],
      type: expect.stringContaining('/errors/InvalidRequestPath'),
    })
    for (const prefix of ['/kbs/v0', '/api/kbs/v0']) {
      const wrong = await fetch(`${base}${prefix}/thing/x/y`, { method: 'PUT', body: 'x' })
      expect(wrong.status).toBe(405)
      expect(wrong.headers.get('allow')).toBe('GET, HEAD, DELETE')
      expect(await wrong.json()).toMatchObject({ code: 'SERVICE_HTTP_METHOD_NOT_ALLOWED', actual: 'PUT' })
    }
    expect((await fetch(`${base}/openapi.json`, { method: 'POST' })).headers.get('allow')).toBe('GET, HEAD')
  })

  test('SERVICE_INTERNAL: an unexpected fault says nothing outside and everything in the log', async () => {
    const { base, lines } = await start()
    const response = await fetch(`${base}/kbs/v0/broken`)
    expect(response.status).toBe(500)
    const text = await response.text()
    expect(JSON.parse(text)).toMatchObject({ code: 'SERVICE_INTERNAL' })
    expect(text).not.toContain('swordfish')
    const logged = lines.map((line) => JSON.parse(line)).find((line) => line.msg === 'failed')
    expect(logged).toMatchObject({
      level: 'error',
      requestId: response.headers.get('x-request-id'),
      err: { message: 'the password is swordfish' },
    })
  })

  test.each([
    '/kbs/v0/thing/../secret',
    '/kbs/v0/thing/%2e%2e/x',
    '/kbs/v0/thing/x%2fy/z',
    '/kbs/v0/thing//x/y',
    '//evil/kbs/v0/thing/x/y',
    '/kbs/v0/thing/x/y%0d%0aX-Evil:1',
    '/kbs/v0\\thing',
    'http://evil/kbs/v0/thing/x/y',
  ])('SERVICE_HTTP_PATH_INVALID over the wire: %s', async (target) => {
    const { address } = await start()
    const answer = await exchangeRaw(address, `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer).toContain('SERVICE_HTTP_PATH_INVALID')
    expect(answer.toLowerCase()).not.toContain('\r\nx-evil')
  })

  test.each([
    ['no Host', 'GET / HTTP/1.1\r\nConnection: close\r\n\r\n'],
    ['a broken Host', 'GET / HTTP/1.1\r\nHost: a/b\r\nConnection: close\r\n\r\n'],
    [
      'length and chunks at once',
      'POST /kbs/v0/size HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a raw line feed in the target', 'GET /a\nb HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['no HTTP', 'hello\r\n\r\n'],
  ])('400 for %s', async (_what, bytes) => {
    const { address } = await start()
    expect(await exchangeRaw(address, bytes)).toMatch(/^HTTP\/1\.1 400 /)
  })

  test('SERVICE_HTTP_BODY_TOO_LARGE: stated beforehand, and while streaming without a stated length', async () => {
    const { base, address } = await start()
    const post = (body: Uint8Array<ArrayBuffer>) => fetch(`${base}/kbs/v0/size`, { method: 'POST', body })
    expect(await (await post(new Uint8Array(LIMIT))).json()).toBe(LIMIT)
    const stated = await post(new Uint8Array(LIMIT + 1))
    expect(stated.status).toBe(413)
    expect(await stated.json()).toMatchObject({
      code: 'SERVICE_HTTP_BODY_TOO_LARGE',
      expected: `at most ${LIMIT} bytes`,
    })
    const chunk = `400\r\n${'x'.repeat(0x400)}\r\n`
    // The last chunk never comes: the answer must not wait for it.
    const head = 'POST /kbs/v0/size HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'
    expect(await exchangeRaw(address, head, ...Array.from({ length: 5 }, () => chunk))).toMatch(/^HTTP\/1\.1 413 /)
  })

  test('SERVICE_HTTP_BODY_ABORTED: a body that breaks off', async () => {
    const { address, lines } = await start()
    const socket = connect(address.port, '127.0.0.1')
    socket.write('POST /kbs/v0/size HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc')
    await new Promise((resolve) => setTimeout(resolve, 50))
    socket.destroy()
    await vi.waitFor(() => expect(lines.join()).toContain('SERVICE_HTTP_BODY_ABORTED'), 5000)
  })

  test('SERVICE_HTTP_BODY_ENCODED', async () => {
    const { base } = await start()
    const response = await fetch(`${base}/kbs/v0/size`, {
      method: 'POST',
      body: 'x',
      headers: { 'content-encoding': 'gzip' },
    })
    expect(response.status).toBe(415)
    expect(await response.json()).toMatchObject({ code: 'SERVICE_HTTP_BODY_ENCODED', actual: 'gzip' })
  })

  test('a token of 120 KiB in a header is read; headers beyond 128 KiB are not', async () => {
    const { base } = await start()
    const send = (bytes: number) => fetch(`${base}/kbs/v0/thing/x/y`, { headers: { attestation: 'a'.repeat(bytes) } })
    expect((await send(120 * 1024)).status).toBe(200)
    expect((await send(140 * 1024)).status).toBe(431)
  })

  test('a client that sends its headers or its body too slowly is cut off', async () => {
    const { address } = await start({ limits: { headersSeconds: 1, requestSeconds: 1 } })
    const slowHeaders = exchangeRaw(address, 'GET / HTTP/1.1\r\nHost: a\r\nX-Slow')
    const slowBody = exchangeRaw(address, 'POST /kbs/v0/size HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc')
    expect(await slowHeaders).toMatch(/^HTTP\/1\.1 408 /)
    expect(await slowBody).toMatch(/^HTTP\/1\.1 408 /)
  })

  test('a stop finishes what is running and takes nothing new', async () => {
    const { base, face, stop } = await start()
    const running = fetch(`${base}/kbs/v0/held`)
    await fetch(`${base}/nothing`)
    const stopped = stop()
    await expect(fetch(`${base}/nothing`, { headers: { connection: 'close' } })).rejects.toThrow()
    face.release()
    expect(await (await running).text()).toBe('done')
    await stopped
  })

  test.each(['', 'GET /kbs/v0/thi'])(
    'a stop does not wait for a connection that asked nothing yet: %j',
    async (bytes) => {
      const { address, base, face, stop } = await start({ limits: { stopSeconds: 600 } })
      const running = fetch(`${base}/kbs/v0/held`)
      await fetch(`${base}/nothing`)
      const closed = exchangeRaw(address, bytes)
      await new Promise((resolve) => setTimeout(resolve, 50))
      const stopped = stop()
      expect(await closed).toBe('')
      face.release()
      expect(await (await running).text()).toBe('done')
      await stopped
    },
  )

  test('a stop cuts what does not finish in its time', async () => {
    const { base, stop } = await start({ limits: { stopSeconds: 1 } })
    const running = fetch(`${base}/kbs/v0/held`).catch((error: Error) => error)
    await fetch(`${base}/nothing`)
    await stop()
    expect(await running).toBeInstanceOf(Error)
  })

  test('the OpenAPI document lists every operation', async () => {
    const { base } = await start()
    const document = await (await fetch(`${base}/openapi.json`)).json()
    expect(document.openapi).toBe('3.1.0')
    expect(Object.keys(document.paths)).toEqual([
      '/kbs/v0/size',
      '/kbs/v0/thing/{a}/{b}',
      '/kbs/v0/held',
      '/kbs/v0/broken',
    ])
    expect(Object.keys(document.paths['/kbs/v0/thing/{a}/{b}'])).toEqual(['get', 'delete'])
  })
})

describe('listening', () => {
  const config = (input: Partial<ServiceConfigInput>) => parseConfig({ dir: '/nowhere', ...input })

  test.each(['127.0.0.1:1', '127.9.9.9:1', '[::1]:1', 'localhost:1'])('plain HTTP is allowed on %s', (listen) => {
    expect(checkListen(config({ listen })).loopback).toBe(true)
  })

  test.each([
    '0.0.0.0:1',
    '[::]:1',
    '192.168.0.1:1',
    'example.org:1',
    '127.0.0.1.example.org:1',
    '[::ffff:192.168.0.1]:1',
  ])('SERVICE_LISTEN_PLAIN: %s', (listen) => {
    expect(() => checkListen(config({ listen }))).toThrow(expect.objectContaining({ code: 'SERVICE_LISTEN_PLAIN' }))
    expect(checkListen(config({ listen, allowPlainHttp: true })).loopback).toBe(false)
    expect(checkListen(config({ listen, tls: { cert: 'a', key: 'b' } })).loopback).toBe(false)
  })

  test('SERVICE_LISTEN_FAILED: an address that is taken', async () => {
    const { address } = await start()
    await expect(start({ listen: `127.0.0.1:${address.port}` })).rejects.toMatchObject({
      code: 'SERVICE_LISTEN_FAILED',
    })
  })

  describe('TLS', () => {
    const directory = mkdtempSync(join(tmpdir(), 'veritee-tls-'))
    const cert = join(directory, 'cert.pem')
    const key = join(directory, 'key.pem')
    const otherKey = join(directory, 'other.pem')
    const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' })
    issueSelfSigned({ cert, key })
    openssl('genpkey', '-algorithm', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', otherKey)
    const garbage = join(directory, 'garbage.pem')
    writeFileSync(garbage, 'garbage')

    test('serves TLS, and answers nobody who speaks plain HTTP', async () => {
      const { address } = await start({ tls: { cert, key } })
      const status = await new Promise((resolve, reject) => {
        requestHttps(
          { host: '127.0.0.1', port: address.port, path: '/nothing', ca: readFileSync(cert), agent: false },
          (response) => {
            response.resume()
            resolve(response.statusCode)
          },
        )
          .on('error', reject)
          .end()
      })
      expect(status).toBe(404)
      expect(await exchangeRaw(address, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')).not.toContain('HTTP/1.1 200')
    })

    test.each(['before', 'after'])(
      'a stop does not wait for a connection that asked nothing, %s its TLS handshake',
      async (when) => {
        const { address, stop } = await start({ tls: { cert, key }, limits: { stopSeconds: 600 } })
        const closed = new Promise<void>((resolve) => {
          const options = { port: address.port, host: '127.0.0.1', ca: readFileSync(cert) }
          const socket = when === 'before' ? connect(options.port, options.host) : connectTls(options)
          socket.on('error', () => undefined).on('close', () => resolve())
        })
        await new Promise((resolve) => setTimeout(resolve, 100))
        await stop()
        await closed
      },
    )

    test.each([
      ['SERVICE_TLS_INVALID', cert, otherKey],
      ['SERVICE_TLS_INVALID', garbage, key],
      ['SERVICE_TLS_INVALID', cert, garbage],
      ['SERVICE_FILE_UNREADABLE', cert, join(directory, 'absent.pem')],
    ])('%s: does not fall back to plain HTTP (%s)', async (code, certFile, keyFile) => {
      await expect(start({ tls: { cert: certFile, key: keyFile } })).rejects.toMatchObject({ code })
    })

    afterAll(() => rmSync(directory, { recursive: true, force: true }))
  })
})
