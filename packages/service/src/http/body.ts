import type { Readable } from 'node:stream'
import { concatBytes } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { parseJson } from '@veritee/codec/json'
import type { z } from 'zod'
import { ServiceError } from '../errors.ts'
import type { HttpContext } from './types.ts'

/**
 * Reads a request body, counting while it arrives: nothing beyond the limit is kept.
 *
 * @throws ServiceError SERVICE_HTTP_BODY_TOO_LARGE, SERVICE_HTTP_BODY_ABORTED, SERVICE_HTTP_BODY_ENCODED
 */
export async function readBody(c: HttpContext, limitBytes: number): Promise<Uint8Array> {
  const { headers } = c.req.raw
  const encoding = headers.get('content-encoding')
  if (encoding !== null && encoding.toLowerCase() !== 'identity') {
    throw new ServiceError('SERVICE_HTTP_BODY_ENCODED', undefined, {
      details: { path: 'content-encoding', actual: encoding },
    })
  }
  if (Number(headers.get('content-length') ?? 0) > limitBytes) throw tooLarge(limitBytes)
  // Node's own stream where there is one: making a web stream of it costs more than all else that reading does.
  return c.env?.incoming === undefined
    ? readWebStream(c.req.raw.body, limitBytes)
    : readNodeStream(c.env.incoming, limitBytes)
}

function readNodeStream(stream: Readable, limitBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const parts: Uint8Array[] = []
    let total = 0
    // What comes beyond the limit is left to the server, which lets go of it once the answer is out.
    const stop = (error: ServiceError) => {
      stream.off('data', take).pause()
      reject(error)
    }
    const take = (part: Uint8Array) => {
      total += part.length
      if (total > limitBytes) stop(tooLarge(limitBytes))
      else parts.push(part)
    }
    const abort = (cause?: unknown) => stop(new ServiceError('SERVICE_HTTP_BODY_ABORTED', undefined, { cause }))
    const finish = () => {
      stream.off('close', abort)
      resolve(concatBytes(...parts))
    }
    stream.on('data', take).once('end', finish).once('error', abort).once('close', abort)
  })
}

async function readWebStream(stream: ReadableStream<Uint8Array> | null, limitBytes: number): Promise<Uint8Array> {
  if (stream === null) return new Uint8Array()
  const reader = stream.getReader()
  const parts: Uint8Array[] = []
  let total = 0
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new ServiceError('SERVICE_HTTP_BODY_ABORTED', undefined, { cause })
    })
    if (done) return concatBytes(...parts)
    total += value.length
    if (total > limitBytes) {
      reader.releaseLock()
      throw tooLarge(limitBytes)
    }
    parts.push(value)
  }
}

function tooLarge(limitBytes: number): ServiceError {
  return new ServiceError('SERVICE_HTTP_BODY_TOO_LARGE', undefined, {
    details: { path: 'body', expected: `at most ${limitBytes} bytes` },
  })
}

/**
 * Reads a JSON body that must be exactly what the schema says: no other members, no member twice.
 *
 * @throws ServiceError SERVICE_REQUEST_INVALID naming the member, SERVICE_HTTP_BODY_*
 */
export async function readJsonBody<T>(c: HttpContext, limitBytes: number, schema: z.ZodType<T>): Promise<T> {
  const bytes = await readBody(c, limitBytes)
  let value: unknown
  try {
    value = parseJson(bytes)
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw new ServiceError('SERVICE_REQUEST_INVALID', `The body is no JSON: ${cause.message}`, {
      cause,
      details: { path: 'body' },
    })
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const path = issue?.path.join('.') || 'body'
  throw new ServiceError('SERVICE_REQUEST_INVALID', `${path}: ${issue?.message}.`, { details: { path } })
}
