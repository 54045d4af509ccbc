import { concatBytes } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { parseJson } from '@veritee/codec/json'
import type { z } from 'zod'
import { ServiceError } from '../errors.ts'

/**
 * Reads a request body, counting while it arrives: nothing beyond the limit is kept.
 *
 * @throws ServiceError SERVICE_HTTP_BODY_TOO_LARGE, SERVICE_HTTP_BODY_ABORTED, SERVICE_HTTP_BODY_ENCODED
 */
export async function readBody(request: Request, limitBytes: number): Promise<Uint8Array> {
  const encoding = request.headers.get('content-encoding')
  if (encoding !== null && encoding.toLowerCase() !== 'identity') {
    throw new ServiceError('SERVICE_HTTP_BODY_ENCODED', undefined, {
      details: { path: 'content-encoding', actual: encoding },
    })
  }
  if (Number(request.headers.get('content-length') ?? 0) > limitBytes) throw tooLarge(limitBytes)
  if (request.body === null) return new Uint8Array()
  const reader = request.body.getReader()
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
export async function readJsonBody<T>(request: Request, limitBytes: number, schema: z.ZodType<T>): Promise<T> {
  const bytes = await readBody(request, limitBytes)
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
