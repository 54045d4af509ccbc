/** TCG event logs: reading, replaying, and the runtime measurements of applications. */
export {
  encodeEventLogHeader,
  encodeLogEvent,
  encodeRuntimeEvent,
  isRuntimeEvent,
  parseRuntimeEvent,
  parseRuntimeText,
  type RuntimeEvent,
} from './aael.ts'
export { digestOf, type EventDigestAlgorithm } from './algorithms.ts'
export { describeEvent, describeEventLog, type EventClaims, type EventDetails } from './claims.ts'
export { digestMatchesEvent, isHashedAsLogged } from './digest-match.ts'
export type { EventLog, LogEvent } from './event-log.ts'
export { EV_EVENT_TAG, EV_NO_ACTION, eventTypeName } from './event-types.ts'
export { type EventLogLimits, parseEventLog } from './parse.ts'
export { type EventLogReplay, type ReplayOptions, replayEventLog } from './replay.ts'
