import { z } from '@hono/zod-openapi'
import { decodeBase64, decodeBase64Url, decodeUtf8 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { ServiceError } from '../../errors.ts'

/** `{type?, policy}` as the clients of the key broker send it. Members that nobody knows are passed over. */
export const RESOURCE_POLICY_BODY: z.ZodType<{ policy: string }> = z.object({ policy: z.string().min(1) })

/** The same with the id, which must be there: a misspelt name would change the default policy. */
export const POLICY_BODY: z.ZodType<{ policy_id: string; policy: string }> = z.object({
  policy_id: z.string(),
  policy: z.string().min(1),
})

/** Reads a policy text in base64url, or in base64 as some clients write it. @throws ServiceError SERVICE_REQUEST_INVALID */
export function decodePolicy(encoded: string): string {
  try {
    const bytes = /[+/=]/.test(encoded) ? decodeBase64(encoded) : decodeBase64Url(encoded)
    return decodeUtf8(bytes)
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw new ServiceError('SERVICE_REQUEST_INVALID', 'policy: not the base64url of a UTF-8 text.', {
      cause,
      details: { path: 'policy', expected: 'base64url without padding' },
    })
  }
}
