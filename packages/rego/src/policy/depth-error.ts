import { RegoError } from '../errors.ts'

/** What engines say when their stack is full; limits keep evaluations well below, on any usual stack. */
const STACK_FULL = /call stack|too much recursion/i

/** REGO_LIMIT_DEPTH for an error that says the host's stack is full; undefined for any other. */
export function depthError(error: unknown, what: string): RegoError | undefined {
  if (!(error instanceof Error) || error instanceof RegoError || !STACK_FULL.test(error.message)) return undefined
  return new RegoError('REGO_LIMIT_DEPTH', `the ${what} nests deeper than the host allows`, { cause: error })
}
