/** Port numbers for programs that are told theirs: configuration files name numbers, so port 0 is not for them. */
import { createServer, type ListenOptions, type Server } from 'node:net'

/** Below the numbers that the kernel gives out by itself, so that no connection of another test takes one in between. */
const FIRST = 16_384
const LAST = 32_767

/** A port that is free, and that no other test of this machine is given until this process ends. */
export async function claimPort(): Promise<number> {
  const count = LAST - FIRST + 1
  const start = Math.floor(Math.random() * count)
  for (let tries = 0; tries < count; tries++) {
    const port = FIRST + ((start + tries) % count)
    // The name is the claim: the kernel takes it back with the process, so none is ever left over.
    const claim = await listen({ path: `\0veritee-test-port-${port}` })
    if (claim === undefined) continue
    const probe = await listen({ port, host: '0.0.0.0' })
    if (probe === undefined) continue
    await new Promise((resolve) => probe.close(resolve))
    return port
  }
  throw new Error(`every port from ${FIRST} to ${LAST} is taken`)
}

/** Nothing where somebody listens already. */
function listen(place: ListenOptions): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer().unref()
    server.once('error', () => resolve(undefined))
    server.listen(place, () => resolve(server))
  })
}
