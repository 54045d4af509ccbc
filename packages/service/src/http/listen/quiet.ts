import type { Server, Socket } from 'node:net'

/** Connections of a server that have asked nothing yet. A server that closes counts them as busy. */
export interface QuietConnections {
  /** Told about a connection that asked something. */
  hear(socket: Pick<Socket, 'remoteAddress' | 'remotePort'>): void
  destroy(): void
}

/** Under TLS and HTTP/2 what is asked comes over another socket object: the peer tells which belong together. */
export function trackQuiet(server: Server): QuietConnections {
  const quiet = new Map<string, Socket>()
  const nameOf = ({ remoteAddress, remotePort }: Pick<Socket, 'remoteAddress' | 'remotePort'>) =>
    `${remoteAddress} ${remotePort}`
  // Before the server's own: what it makes of a connection may be told about at once.
  server.prependListener('connection', (socket: Socket) => {
    const name = nameOf(socket)
    quiet.set(name, socket)
    socket.once('close', () => quiet.delete(name))
  })
  return {
    hear: (socket) => void quiet.delete(nameOf(socket)),
    destroy() {
      for (const socket of quiet.values()) socket.destroy()
    },
  }
}
