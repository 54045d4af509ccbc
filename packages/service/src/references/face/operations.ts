import { z } from '@hono/zod-openapi'
import type { Route } from '../../http/index.ts'
import {
  CHANGE_BODY,
  COMPARE_VIEW,
  PREVIEW_BODY,
  PREVIEW_VIEW,
  page,
  SET_VIEW,
  VALUE_VIEW,
  VERSION_VIEW,
} from './schemas.ts'

/** What the OpenAPI document says of each operation on reference values. */
type Operation = Route['operation']

const json = (schema: z.ZodType) => ({ 'application/json': { schema } })
const refusal = (description: string) => ({
  description,
  content: json(z.looseObject({ code: z.string(), detail: z.string() })),
})
const security = [{ admin: [] }]

const REFUSED = {
  400: refusal('Malformed; `path` names the member'),
  401: refusal('No valid administrator token'),
}
const PROVENANCE = { ...REFUSED, 409: refusal('The value was revoked'), 422: refusal('The provenance does not hold') }
const ABSENT = { 404: refusal('No such name') }

const message = z
  .looseObject({ version: z.string().optional(), type: z.string(), payload: z.string() })
  .openapi('ReferenceMessage')
const done = { 200: { description: 'Done' } }

export const QUERY_ALL: Operation = {
  summary: 'Every reference value that has not expired, by name',
  security,
  responses: { 200: { description: 'Values by name', content: json(z.record(z.string(), z.any())) }, ...REFUSED },
}

export const REGISTER: Operation = {
  summary: 'Register what a message says; digests join those under the same name',
  security,
  request: { body: { content: json(z.object({ message: z.string() })) } },
  responses: { ...done, ...PROVENANCE },
}

export const REGISTER_LIST: Operation = {
  summary: 'Register a list of provenance; every item is verified before any is stored',
  security,
  request: { body: { content: json(z.object({ rv_list: z.array(z.looseObject({})) })) } },
  responses: { ...done, ...PROVENANCE },
}

export const DELETE_VALUE: Operation = {
  summary: 'Delete a name with all its values',
  security,
  request: { params: z.object({ name: z.string() }) },
  responses: { ...done, ...REFUSED, ...ABSENT },
}

export const QUERY_ONE: Operation = {
  summary: 'One reference value; the name may hold slashes',
  security,
  request: { params: z.object({ id: z.string() }) },
  responses: { 200: { description: 'The value', content: json(z.any()) }, ...REFUSED, ...ABSENT },
}

export const REPLACE: Operation = {
  summary: 'Register what a message says; it replaces what is under the same names',
  security,
  request: { body: { content: json(message) } },
  responses: { ...done, ...PROVENANCE },
}

const set = z.object({ set: z.string() })
const paging = { limit: z.coerce.number().int().min(1).max(200).optional(), cursor: z.string().optional() }
const CHANGED = {
  ...PROVENANCE,
  404: refusal('No such set, name or version'),
  412: refusal('The set was changed since it was read'),
}

export const LIST_SETS: Operation = {
  summary: 'Reference sets by name',
  security,
  request: {
    query: z.object({
      ...paging,
      tee: z.string().optional(),
      state: z.enum(['active', 'expired', 'empty']).optional(),
    }),
  },
  responses: { 200: { description: 'A page', content: json(page(SET_VIEW)) }, ...REFUSED },
}

export const READ_SET: Operation = {
  summary: 'One reference set',
  security,
  request: { params: set },
  responses: { 200: { description: 'The set', content: json(SET_VIEW) }, ...REFUSED, ...ABSENT },
}

export const LIST_VALUES: Operation = {
  summary: 'Values of a set by name',
  security,
  request: {
    params: set,
    query: z.object({ ...paging, prefix: z.string().optional(), state: z.enum(['active', 'expired']).optional() }),
  },
  responses: { 200: { description: 'A page', content: json(page(VALUE_VIEW)) }, ...REFUSED, ...ABSENT },
}

export const LIST_VERSIONS: Operation = {
  summary: 'Versions of a set, newest first',
  security,
  request: { params: set, query: z.object(paging) },
  responses: { 200: { description: 'A page', content: json(page(VERSION_VIEW)) }, ...REFUSED, ...ABSENT },
}

export const READ_VERSION: Operation = {
  summary: 'One version of a set and what it changed',
  security,
  request: { params: set.extend({ version: z.string() }) },
  responses: { 200: { description: 'The version', content: json(VERSION_VIEW) }, ...REFUSED, ...ABSENT },
}

export const COMPARE: Operation = {
  summary: 'Difference between two versions of a set',
  security,
  request: { params: set, query: z.object({ from: z.coerce.number().int(), to: z.coerce.number().int() }) },
  responses: { 200: { description: 'The difference', content: json(COMPARE_VIEW) }, ...REFUSED, ...ABSENT },
}

export const PREVIEW: Operation = {
  summary: 'What a change would do, without doing it',
  security,
  request: { params: set, body: { content: json(PREVIEW_BODY) } },
  responses: { 200: { description: 'The difference and its effect', content: json(PREVIEW_VIEW) }, ...CHANGED },
}

export const CHANGE_SET: Operation = {
  summary: 'Change a set: makes a new version. `If-Match: "N"` refuses it unless the set is at version N',
  security,
  request: { params: set, body: { content: json(CHANGE_BODY) } },
  responses: { 200: { description: 'The set as it is now', content: json(SET_VIEW) }, ...CHANGED },
}
