import { z } from '@hono/zod-openapi'
import type { Route } from './types.ts'

/** What the OpenAPI document says of an operation. */
export type Operation = Route['operation']

const PROBLEM = z
  .object({
    type: z.string(),
    detail: z.string(),
    code: z.string(),
    next: z.string(),
    path: z.string().optional(),
    findings: z.array(
      z.object({ code: z.string(), severity: z.string(), path: z.string(), message: z.string() }).loose(),
    ),
    requestId: z.string().optional(),
  })
  .loose()
  .openapi('Problem')

/** A JSON body of a request or an answer. */
export const jsonContent = (schema: z.ZodType): { 'application/json': { schema: z.ZodType } } => ({
  'application/json': { schema },
})

/** An answer that refuses, in the one shape that all refusals have. */
export const refusal = (description: string): { description: string; content: ReturnType<typeof jsonContent> } => ({
  description,
  content: jsonContent(PROBLEM),
})

/** An operation of an administrator: its own answers, and the refusals that all of them share. */
export function describeAdminOperation(
  summary: string,
  result: z.ZodType | string,
  more: Partial<Operation> = {},
): Operation {
  const ok =
    typeof result === 'string' ? { description: result } : { description: summary, content: jsonContent(result) }
  return {
    summary,
    security: [{ admin: [] }],
    ...more,
    responses: {
      200: ok,
      400: refusal('The request is malformed'),
      401: refusal('No valid administrator token'),
      403: refusal('The role or the scopes of the key do not allow it'),
      ...more.responses,
    },
  }
}

/** The schema of a page of a list, and of its query. */
export const pageOf = (item: z.ZodType): z.ZodType =>
  z.object({ items: z.array(item), next: z.string().nullable(), prev: z.string().nullable() })

/** The query of a list with these filters. */
export function listQuery(...filters: string[]): z.ZodObject {
  const names = ['limit', 'cursor', ...filters]
  return z.object(Object.fromEntries(names.map((name) => [name, z.string().optional()])))
}

/** The media type of problem details, RFC 9457. */
export const PROBLEM_TYPE = 'application/problem+json'

/** The operation with its refusals under their media type. */
export function nameProblems(operation: Operation): Operation {
  const responses = Object.entries(operation.responses).map(([status, response]) => {
    const { content } = response as Partial<ReturnType<typeof refusal>>
    const named =
      Number(status) < 400 || content === undefined ? content : { [PROBLEM_TYPE]: content['application/json'] }
    return [status, named === undefined ? response : { ...response, content: named }]
  })
  return { ...operation, responses: Object.fromEntries(responses) }
}
