import { equalBytes } from '../bytes/compare.ts'
import { isRuntimeEvent } from './aael.ts'
import { EVENT_DIGESTS, type EventDigestAlgorithm } from './algorithms.ts'
import type { LogEvent } from './event-log.ts'

/**
 * Types whose data is exactly what was hashed, by the profile (§10.4.1, §10.4.2) and in the logs of real machines. Boot
 * variables, platform flags and authorities are left out, because firmware and boot loaders hash only a part of them.
 */
const HASHED_AS_LOGGED: ReadonlySet<string> = new Set([
  'EV_SEPARATOR',
  'EV_ACTION',
  'EV_S_CRTM_VERSION',
  'EV_NONHOST_INFO',
  'EV_EFI_VARIABLE_DRIVER_CONFIG',
  'EV_EFI_GPT_EVENT',
  'EV_EFI_ACTION',
])

/**
 * Whether the data of such an event is what its digest was made of: then a mismatch means that one of the two is false.
 * Of tagged events only runtime measurements are; boot loaders hash what the tag stands for.
 */
export function isHashedAsLogged(event: LogEvent): boolean {
  return HASHED_AS_LOGGED.has(event.typeName) || isRuntimeEvent(event)
}

/** Whether a digest is that of the event's data. Where the type hashes something else, false says nothing. */
export function digestMatchesEvent(event: LogEvent, algorithm: EventDigestAlgorithm): boolean {
  const digest = event.digests.get(algorithm)
  return digest !== undefined && equalBytes(digest, EVENT_DIGESTS[algorithm].hash(event.event))
}
