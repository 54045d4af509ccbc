import { MESSAGE_BYTES } from './limits.ts'
import { at, findMember, type Place, readJson, readObject, readText, refuse } from './members.ts'
import { RECORD_VERSION } from './record/shapes.ts'

/** A request to register what some provenance says. */
export interface ReferenceMessage {
  readonly type: string
  /** In the encoding that the type calls for. */
  readonly payload: string
}

const PLACE: Place = { code: 'REFERENCE_MESSAGE_INVALID', path: 'message' }

/**
 * Reads `{"version":"0.1.0","type":…,"payload":…}` from its text or as an object that was read already. A missing version
 * counts as 0.1.0; members beyond these are ignored. The payload is not looked at.
 *
 * @throws AppraisalError REFERENCE_MESSAGE_INVALID, REFERENCE_VERSION_UNSUPPORTED, REFERENCE_LIMIT_EXCEEDED
 */
export function parseReferenceMessage(message: unknown): ReferenceMessage {
  const object = readObject(typeof message === 'string' ? readJson(message, PLACE) : message, PLACE)
  const version = findMember(object, 'version') ?? RECORD_VERSION
  if (version !== RECORD_VERSION)
    throw refuse({ code: 'REFERENCE_VERSION_UNSUPPORTED', path: at(PLACE, 'version').path }, undefined, {
      expected: RECORD_VERSION,
      actual: version,
    })
  return { type: readText(object, 'type', PLACE, 64), payload: readText(object, 'payload', PLACE, MESSAGE_BYTES) }
}
