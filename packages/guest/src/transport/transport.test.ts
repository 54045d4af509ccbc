import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { issueSelfSigned } from '../../../../testkit/certificate.ts'
import { createTransport } from './transport.ts'

const directory = mkdtempSync(join(tmpdir(), 'veritee-transport-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
const file = (name: string) => join(directory, name)

function makeCertificate(name: string, altName: string): void {
  const files = { cert: file(`${name}.pem`), key: file(`${name}.key`) }
  issueSelfSigned(files, { commonName: 'broker', altNames: altName })
}
makeCertificate('right', 'IP:127.0.0.1')
makeCertificate('wrong-name', 'DNS:elsewhere.example')
writeFileSync(file('empty.pem'), '')

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

const plain = async (listener: RequestListener) => `http://127.0.0.1:${await listen(createServer(listener))}`
const secure = async (name: string) => {
  const material = { key: readFileSync(file(`${name}.key`)), cert: readFileSync(file(`${name}.pem`)) }
  return `https://127.0.0.1:${await listen(createTlsServer(material, (_request, response) => response.end('hello')) as Server)}`
}
const get = (url: string) => ({ method: 'GET' as const, url, headers: {} })

describe('transport', () => {
  test('carries method, headers and body there, status, cookies and body back', async () => {
    const url = await plain(async (request, response) => {
      const parts: Buffer[] = []
      for await (const part of request) parts.push(part)
      response.writeHead(201, { 'set-cookie': ['a=1', 'b=2'] })
      response.end(
        `${request.method} ${request.headers['x-name']} ${request.headers['content-length']} ${Buffer.concat(parts)}`,
      )
    })
    const body = new TextEncoder().encode('the body')
    const answer = await createTransport()({ method: 'POST', url, headers: { 'x-name': 'value' }, body })
    expect(answer).toMatchObject({ status: 201, setCookies: ['a=1', 'b=2'] })
    expect(new TextDecoder().decode(answer.body)).toBe('POST value 8 the body')
  })

  test('follows no redirect', async () => {
    const url = await plain((_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end())
    expect((await createTransport()(get(url))).status).toBe(302)
  })

  test('GUEST_BROKER_UNREACHABLE: nobody listens, or the connection breaks', async () => {
    await expect(createTransport()(get('http://127.0.0.1:1/'))).rejects.toMatchObject({
      code: 'GUEST_BROKER_UNREACHABLE',
      details: { actual: 'ECONNREFUSED' },
    })
    const url = await plain((_request, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('part')
      setImmediate(() => response.destroy())
    })
    await expect(createTransport()(get(url))).rejects.toMatchObject({ code: 'GUEST_BROKER_UNREACHABLE' })
  })

  test('GUEST_BROKER_TIMEOUT: no answer, or one that never ends', async () => {
    const silent = await plain(() => {})
    const endless = await plain((_request, response) => void response.write('part'))
    for (const url of [silent, endless]) {
      await expect(createTransport({ timeoutMs: 100 })(get(url))).rejects.toMatchObject({
        code: 'GUEST_BROKER_TIMEOUT',
      })
    }
  })

  test('GUEST_RESPONSE_TOO_LARGE', async () => {
    const url = await plain((_request, response) => response.end('x'.repeat(101)))
    await expect(createTransport({ maxResponseBytes: 100 })(get(url))).rejects.toMatchObject({
      code: 'GUEST_RESPONSE_TOO_LARGE',
    })
    expect((await createTransport({ maxResponseBytes: 101 })(get(url))).body).toHaveLength(101)
  })

  test('a broker whose certificate is in caFile is trusted', async () => {
    const answer = await createTransport({ caFile: file('right.pem') })(get(await secure('right')))
    expect(new TextDecoder().decode(answer.body)).toBe('hello')
  })

  test.each([
    ['no caFile', 'right', {}],
    ['the caFile of someone else', 'right', { caFile: file('wrong-name.pem') }],
    ['another name in the certificate', 'wrong-name', { caFile: file('wrong-name.pem') }],
  ])('GUEST_BROKER_TLS_INVALID: %s', async (_what, name, options) => {
    await expect(createTransport(options)(get(await secure(name)))).rejects.toMatchObject({
      code: 'GUEST_BROKER_TLS_INVALID',
    })
  })

  test('GUEST_BROKER_UNREACHABLE: plain HTTP where TLS was asked for', async () => {
    const url = (await plain((_request, response) => response.end('x'))).replace('http:', 'https:')
    await expect(createTransport()(get(url))).rejects.toMatchObject({
      code: 'GUEST_BROKER_UNREACHABLE',
      message: expect.stringContaining('no TLS is spoken'),
    })
  })

  test.each(['absent.pem', 'empty.pem'])('GUEST_CA_UNREADABLE: %s', (name) => {
    expect(() => createTransport({ caFile: file(name) })).toThrow(
      expect.objectContaining({ code: 'GUEST_CA_UNREADABLE' }),
    )
  })

  test('runs over a given fetch, with the same limits', async () => {
    const fetch = async (request: Request) =>
      new Response(`${request.method} ${new URL(request.url).pathname}`, { headers: { 'set-cookie': 'a=1' } })
    const answer = await createTransport({ fetch })(get('http://broker/path'))
    expect(new TextDecoder().decode(answer.body)).toBe('GET /path')
    expect(answer.setCookies).toEqual(['a=1'])
    await expect(createTransport({ fetch, maxResponseBytes: 3 })(get('http://broker/path'))).rejects.toMatchObject({
      code: 'GUEST_RESPONSE_TOO_LARGE',
    })
  })
})
