/** Reference values under the key broker's paths, in the words of its existing clients. */
import { AppraisalError } from '@veritee/appraisal'
import { DEFAULT_SET } from '@veritee/appraisal/references'
import { decodeUtf8 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { parseJson } from '@veritee/codec/json'
import { type Face, type HttpContext, readBody, readFreeTail } from '../../http/index.ts'
import type { Registrar } from '../registrar.ts'
import type { Authorize } from './access.ts'
import { DELETE_VALUE, QUERY_ALL, QUERY_ONE, REGISTER, REGISTER_LIST, REPLACE } from './operations.ts'

export interface ReferenceBrokerFaceOptions {
  readonly registrar: Registrar
  readonly authorize: Authorize
  readonly bodyBytes: number
}

const VALUE = '/reference-value/'
const DELETE = '/rvps/delete/'
/** Values of all sets are given joined, so only who may see all of them may ask. */
const EVERY_SET = '*'

/** `/rvps/…` joins values under a name, `/reference-value` replaces them: each as its own clients expect. */
export function createReferenceBrokerFace(options: ReferenceBrokerFaceOptions): Face {
  const { registrar, authorize, bodyBytes } = options
  const readText = async (c: HttpContext) => decodeUtf8(await readBody(c, bodyBytes))
  return {
    name: 'reference values',
    basePaths: ['/kbs/v0', '/api/kbs/v0', '/api'],
    routes: [
      {
        method: 'get',
        path: '/rvps/query',
        operation: QUERY_ALL,
        async respond(c) {
          await authorize(c, 'references:read', EVERY_SET)
          return c.json(await registrar.queryAll())
        },
      },
      {
        method: 'post',
        path: '/rvps/register',
        operation: REGISTER,
        async respond(c) {
          const actor = await authorize(c, 'references:write', DEFAULT_SET)
          await registrar.register(readWrapped(await readText(c), 'message'), 'merge', actor)
          return c.body(null, 200)
        },
      },
      {
        method: 'post',
        path: '/rvps/set_reference_value_list',
        operation: REGISTER_LIST,
        async respond(c) {
          const actor = await authorize(c, 'references:write', DEFAULT_SET)
          const text = await readText(c)
          await registrar.registerList(readWrapped(text, 'payload', text), actor)
          return c.body(null, 200)
        },
      },
      {
        method: 'delete',
        path: `${DELETE}{name}`,
        freeTail: true,
        operation: DELETE_VALUE,
        async respond(c) {
          const actor = await authorize(c, 'references:write', DEFAULT_SET)
          await registrar.delete(readFreeTail(c, DELETE), actor)
          return c.body(null, 200)
        },
      },
      {
        method: 'get',
        path: `${VALUE}{id}`,
        freeTail: true,
        operation: QUERY_ONE,
        async respond(c) {
          await authorize(c, 'references:read', EVERY_SET)
          const id = readFreeTail(c, VALUE)
          const value = await registrar.query(id)
          if (value === undefined)
            throw new AppraisalError('REFERENCE_NAME_UNKNOWN', undefined, { details: { path: 'id', actual: id } })
          return c.json(value)
        },
      },
      {
        method: 'get',
        path: '/reference-value',
        operation: QUERY_ALL,
        async respond(c) {
          await authorize(c, 'references:read', EVERY_SET)
          return c.json(await registrar.queryAll())
        },
      },
      {
        method: 'post',
        path: '/reference-value',
        operation: REPLACE,
        async respond(c) {
          const actor = await authorize(c, 'references:write', DEFAULT_SET)
          await registrar.register(await readText(c), 'replace', actor)
          return c.body(null, 200)
        },
      },
    ],
  }
}

/** The text that a body carries in one member; a body without it may be the text itself. */
function readWrapped(text: string, member: string, otherwise?: string): string {
  let value: unknown
  try {
    value = parseJson(text)
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw invalid(member, cause)
  }
  const inner =
    typeof value === 'object' && value !== null && Object.hasOwn(value, member)
      ? (value as Record<string, unknown>)[member]
      : otherwise
  if (typeof inner !== 'string') throw invalid(member)
  return inner
}

function invalid(member: string, cause?: unknown): AppraisalError {
  return new AppraisalError('REFERENCE_MESSAGE_INVALID', undefined, {
    cause,
    details: { path: member, expected: `{"${member}": "…"}` },
  })
}
