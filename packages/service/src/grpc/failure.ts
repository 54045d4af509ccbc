import { Code, ConnectError } from '@connectrpc/connect'
import { isCodedError } from '@veritee/codec/error'
import type { Logger } from '../log/index.ts'

/** What others must put right before the same call can be answered. */
const NEEDED = /^(?:COLLATERAL_|SERVICE_STORE_(?:BUSY|UNAVAILABLE)$|SERVICE_POLICY_FILE$)/

/**
 * What a gRPC caller learns of an error: `ABORTED`, as existing clients know it, with what was tried, why it failed, the code
 * and what to do next. Faults of the service itself stay in the log.
 *
 * @param attempt such as `Register reference value`
 */
export function describeFailure(error: unknown, attempt: string, log: Logger): ConnectError {
  if (error instanceof ConnectError) return error
  if (isCodedError(error) && NEEDED.test(error.code)) {
    log.error({ err: error, attempt }, 'failed')
    return new ConnectError(`${attempt}: ${error.message} [${error.code}] ${error.next}`, Code.Unavailable)
  }
  if (!isCodedError(error) || error.status >= 500) {
    log.error({ err: error, attempt }, 'failed')
    return new ConnectError(`${attempt}: the service failed to answer; its log says why`, Code.Internal)
  }
  log.info({ attempt, code: error.code, detail: error.message }, 'refused')
  const code = error.code.startsWith('SERVICE_ADMIN_') ? Code.Unauthenticated : Code.Aborted
  const { path } = error.details
  const where = path === undefined || path === '' ? '' : ` at ${path}`
  return new ConnectError(`${attempt}: ${error.message} [${error.code}${where}] ${error.next}`, code)
}
