/** What a machine says of itself in the header `AAInstanceInfo`. Nobody checked it: it names, and proves nothing. */
import { decodeUtf8 } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { parseJson } from '@veritee/codec/json'
import { ServiceError } from '../errors.ts'

export const INSTANCE_HEADER = 'aainstanceinfo'
const MAX_HEADER_CHARACTERS = 4096
const MAX_TEXT_CHARACTERS = 256

const MEMBERS = [
  'instance_id',
  'image_id',
  'instance_name',
  'owner_account_id',
  'eas_model_id',
  'eas_instance_id',
  'eas_pod_name',
  'ip',
] as const

/** Every member is a text; an absent one, or null, is empty, as existing clients of the lists expect. */
export type InstanceInfo = Readonly<Record<(typeof MEMBERS)[number], string>>

export const NO_INSTANCE: InstanceInfo = parseMembers({})

/**
 * Reads the header: a JSON object whose known members are short texts without control characters. Others are left out.
 *
 * @throws ServiceError SERVICE_INSTANCE_INVALID
 */
export function parseInstanceInfo(header: string): InstanceInfo {
  if (header.length > MAX_HEADER_CHARACTERS)
    throw invalid(INSTANCE_HEADER, `at most ${MAX_HEADER_CHARACTERS} characters`)
  return parseMembers(parseHeader(header))
}

/** What names the instance: its id, or that of the inference service it is part of. */
export function nameInstance({ instance_id, eas_instance_id }: InstanceInfo): string | undefined {
  return instance_id || eas_instance_id || undefined
}

/** A header holds bytes; clients put UTF-8 into them. */
function parseHeader(header: string): Readonly<Record<string, unknown>> {
  try {
    const text = decodeUtf8(new Uint8Array(Buffer.from(header, 'latin1')))
    const value = parseJson(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch (error) {
    if (!isCodedError(error)) throw error
  }
  throw invalid(INSTANCE_HEADER, 'a JSON object')
}

function parseMembers(value: Readonly<Record<string, unknown>>): InstanceInfo {
  const entries = MEMBERS.map((name) => {
    const member = (Object.hasOwn(value, name) ? value[name] : null) ?? ''
    if (typeof member !== 'string' || member.length > MAX_TEXT_CHARACTERS || /\p{Cc}|\p{Cs}/u.test(member))
      throw invalid(`${INSTANCE_HEADER}.${name}`, `a text of at most ${MAX_TEXT_CHARACTERS} characters`)
    return [name, member] as const
  })
  return Object.fromEntries(entries) as InstanceInfo
}

function invalid(path: string, expected: string): ServiceError {
  return new ServiceError('SERVICE_INSTANCE_INVALID', undefined, { details: { path, expected } })
}
