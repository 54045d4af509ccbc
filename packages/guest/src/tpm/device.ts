/** Ways to a TPM: the kernel's resource manager, or a software TPM behind a socket. */
import { type FileHandle, open } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { GuestError } from '../errors.ts'

/** A way to a TPM. Commands go one after another. */
export interface TpmDevice {
  /** Sends a whole command and returns the whole response. Throws GUEST_TPM_UNAVAILABLE and GUEST_TPM_RESPONSE_INVALID. */
  send(command: Uint8Array): Promise<Uint8Array>
  close(): Promise<void>
}

/** The kernel's resource manager, which shares the TPM among programs. */
export const TPM_RESOURCE_MANAGER = '/dev/tpmrm0'

const HEADER_BYTES = 10
const MAX_RESPONSE_BYTES = 4096
const TIMEOUT_MS = 60_000

/** Opens a character device. Throws GUEST_TPM_UNAVAILABLE. */
export async function openTpmDevice(path: string = TPM_RESOURCE_MANAGER): Promise<TpmDevice> {
  let file: FileHandle
  try {
    file = await open(path, 'r+')
  } catch (cause) {
    throw unavailable(path, cause)
  }
  const queue = new Queue()
  return {
    send: (command) =>
      queue.run(async () => {
        try {
          await file.write(command, 0, command.length, null)
          const buffer = new Uint8Array(MAX_RESPONSE_BYTES)
          const { bytesRead } = await file.read(buffer, 0, buffer.length, null)
          return buffer.subarray(0, bytesRead)
        } catch (cause) {
          throw unavailable(path, cause)
        }
      }),
    close: () => file.close(),
  }
}

/** Connects to a software TPM that speaks bare commands over TCP. Throws GUEST_TPM_UNAVAILABLE. */
export async function openTpmSocket(port: number, host = '127.0.0.1'): Promise<TpmDevice> {
  const socket = await connected(port, host)
  const queue = new Queue()
  return {
    send: (command) => queue.run(() => exchange(socket, command)),
    async close() {
      socket.destroy()
    },
  }
}

/** Lets work begin when all before has ended. */
class Queue {
  #last: Promise<unknown> = Promise.resolve()

  run<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => {})
    return turn
  }
}

function connected(port: number, host: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host, noDelay: true })
    socket.once('error', (cause) => reject(unavailable(`${host}:${port}`, cause)))
    socket.once('connect', () => {
      socket.removeAllListeners('error')
      socket.on('error', () => {})
      resolve(socket)
    })
  })
}

/** The response says its own length behind its tag. */
function exchange(socket: Socket, command: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    let received = new Uint8Array(0)
    const end = (): void => {
      clearTimeout(timer)
      socket.off('data', take)
      socket.off('close', lose)
    }
    const fail = (actual: string): void => {
      end()
      reject(unavailable('socket', new Error(actual)))
    }
    const lose = (): void => fail('the connection was closed')
    const take = (chunk: Uint8Array): void => {
      received = new Uint8Array(Buffer.concat([received, chunk]))
      if (received.length < HEADER_BYTES) return
      const size = new DataView(received.buffer).getUint32(2)
      if (size > MAX_RESPONSE_BYTES || received.length > size) {
        end()
        reject(new GuestError('GUEST_TPM_RESPONSE_INVALID', undefined, { details: { path: 'size', actual: size } }))
      } else if (received.length === size) {
        end()
        resolve(received)
      }
    }
    const timer = setTimeout(() => fail('no answer in time'), TIMEOUT_MS)
    socket.on('data', take)
    socket.once('close', lose)
    socket.write(command)
  })
}

function unavailable(path: string, cause: unknown): GuestError {
  const actual = (cause as NodeJS.ErrnoException).code ?? String((cause as Error).message)
  return new GuestError('GUEST_TPM_UNAVAILABLE', undefined, { details: { path, actual }, cause })
}
