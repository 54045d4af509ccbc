import { ServiceError } from '../../errors.ts'

const SERIALIZATION_FAILURE = '40001'
const DEADLOCK = '40P01'
const QUERY_CANCELED = '57014'
const LOCK_NOT_AVAILABLE = '55P03'

/** Tells whether another transaction got in the way, so that the same work may go well when it is done again. */
export function isConflict(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: string }
  return code === SERIALIZATION_FAILURE || code === DEADLOCK
}

/** What the rest of the service learns of a failed query; what the server said stays in the cause, for the log. */
export function describeFailure(cause: unknown): unknown {
  if (cause instanceof ServiceError) return cause
  const { code } = cause as { code?: string }
  if (isConflict(cause) || code === QUERY_CANCELED || code === LOCK_NOT_AVAILABLE)
    return new ServiceError('SERVICE_STORE_BUSY', undefined, { cause })
  return new ServiceError('SERVICE_STORE_UNAVAILABLE', 'The database did not answer as it should.', { cause })
}
