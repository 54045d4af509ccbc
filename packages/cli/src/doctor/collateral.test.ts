import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { probeCollateral } from './collateral.ts'

const { signal } = new AbortController()

test.each(['https://user:pa55word@pccs.example.org/', 'pccs.example.org', 'file:///etc/passwd'])(
  '%s is no address, and is not repeated',
  async (url) => {
    const probe = await probeCollateral(url, signal)
    expect(probe.state).toBe('wrong')
    expect(JSON.stringify(probe)).not.toContain('pa55word')
  },
)

test.each([
  [200, 'ok'],
  [500, 'wrong'],
])('a service that answers %i is %s', async (status, state) => {
  const server = createServer((_, response) => response.writeHead(status).end())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  expect((await probeCollateral(`http://127.0.0.1:${port}/sgx/certification/v4`, signal)).state).toBe(state)
  server.closeAllConnections()
  server.close()
})
