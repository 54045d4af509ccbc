/** Answering over HTTP with what can go wrong on the way. */
import type { Server, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { SimulatorError } from '../errors.ts'
import type { PccsAnswer } from './answers.ts'
import type { PccsFault } from './faults.ts'

/** Throws SIMULATOR_PCCS_UNREADY. */
export function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      reject(new SimulatorError('SIMULATOR_PCCS_UNREADY', undefined, { details: { actual: cause.message }, cause }))
    })
    server.listen(port, host, resolve)
  })
}

/** Sends an answer, or what a fault makes of it. */
export async function respond(
  response: ServerResponse,
  answer: PccsAnswer,
  fault: PccsFault | undefined,
  closing: AbortSignal,
): Promise<void> {
  const { status, headers, body } = answer
  switch (fault?.kind) {
    case 'status': {
      const retry = fault.retryAfterSeconds === undefined ? {} : { 'Retry-After': String(fault.retryAfterSeconds) }
      response.writeHead(fault.status, retry).end('injected')
      return
    }
    case 'redirect':
      response.writeHead(302, { Location: fault.location }).end()
      return
    case 'reset':
      response.destroy()
      return
    case 'stall':
      response.writeHead(status, { ...headers, 'Content-Length': body.length })
      response.write(body.subarray(0, body.length >> 1))
      return
    case 'flood':
      response.writeHead(status, headers)
      await flood(response, fault.sizeBytes)
      return
    case 'delay':
      await wait(fault.delayMs, undefined, { signal: closing })
      break
  }
  const sent = fault?.kind === 'body' ? fault.body : body
  const kept = fault?.kind === 'header' ? replaceHeader(headers, fault.name, fault.value) : headers
  response.writeHead(status, { ...kept, 'Content-Length': sent.length }).end(sent)
}

/** A body of spaces, as much as asked for and the client takes. */
async function flood(response: ServerResponse, sizeBytes: number): Promise<void> {
  const chunk = Buffer.alloc(64 << 10, ' ')
  const chunks = function* (): Generator<Buffer> {
    for (let sent = 0; sent < sizeBytes; sent += chunk.length) yield chunk
  }
  await pipeline(chunks, response)
}

function replaceHeader(headers: PccsAnswer['headers'], name: string, value?: string): Record<string, string> {
  const others = Object.entries(headers).filter(([header]) => header.toLowerCase() !== name.toLowerCase())
  return { ...Object.fromEntries(others), ...(value === undefined ? {} : { [name]: value }) }
}
