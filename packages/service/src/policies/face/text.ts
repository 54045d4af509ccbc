import { z } from '@hono/zod-openapi'
import { decodeBase64, decodeBase64Url, decodeUtf8 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { ServiceError } from '../../errors.ts'

/** `{type?, policy_id, policy}` as the clients of the key broker and of the attestation service send it. */
export const POLICY_BODY: z.ZodType<{ type?: string | undefined; policy_id?: string | undefined; policy: string }> =
  z.strictObject({
    type: z.string().optional(),
    policy_id: z.string().optional(),
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
