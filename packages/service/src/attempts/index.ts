export { createAttemptFace } from './attempt-face.ts'
export { type AttemptRoom, attemptKey, createAttemptRoom, type Retention } from './attempt-room.ts'
export { nameMachine, nameTokenMachine } from './machine.ts'
export { ATTEMPT_OUTCOMES, type Attempt, type AttemptOutcome, type AttemptReport } from './types.ts'
