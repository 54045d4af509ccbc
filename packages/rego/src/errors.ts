import { CodedError, type ErrorDetails, type ErrorTable } from '@veritee/codec/error'

const ROWS = {
  REGO_SYNTAX_INVALID: {
    status: 400,
    summary: 'The policy text is not valid Rego.',
    next: 'Correct the text at the place that the error names.',
  },
  REGO_POLICY_INVALID: {
    status: 400,
    summary: 'The policy is well formed but does not compile.',
    next: 'Correct the rule at the place that the error names.',
  },
  REGO_TYPE_INVALID: {
    status: 400,
    summary: 'A function is unknown or called with the wrong number of arguments.',
    next: 'Check the spelling and the arguments of the function that the error names.',
  },
  REGO_VARIABLE_UNSAFE: {
    status: 400,
    summary: 'A variable is used where nothing gives it a value.',
    next: 'Bind the variable in a positive expression of the same body.',
  },
  REGO_RULE_RECURSIVE: {
    status: 400,
    summary: 'A rule depends on itself.',
    next: 'Break the cycle that the error names.',
  },
  REGO_QUERY_INVALID: {
    status: 400,
    summary: 'The query cannot be evaluated.',
    next: 'Correct the query text.',
  },
  REGO_VALUE_INVALID: {
    status: 400,
    summary: 'A value cannot be expressed in JSON or in Rego.',
    next: 'Pass JSON values within the documented limits.',
  },
  REGO_BUILTIN_FAILED: {
    status: 422,
    summary: 'A built-in function failed.',
    next: 'Check the values passed to the function, or evaluate without strict built-in errors.',
  },
  REGO_OPERAND_INVALID: {
    status: 422,
    summary: 'A built-in function was given an operand of the wrong type.',
    next: 'Check the values passed to the function, or evaluate without strict built-in errors.',
  },
  REGO_RESULT_CONFLICT: {
    status: 422,
    summary: 'Rules give different values for one name or key.',
    next: 'Make the conditions of the rules exclude each other.',
  },
  REGO_MERGE_CONFLICT: {
    status: 422,
    summary: 'A replaced document cannot be merged with the one it replaces.',
    next: 'Replace a whole object, or a path below objects.',
  },
  REGO_HOST_FAILED: {
    status: 502,
    summary: 'The host could not answer a function that the policy called.',
    next: 'Check the source of the values that the function reads.',
  },
  REGO_DATA_NEEDED: {
    status: 503,
    summary: 'The policy asked the host for a value that was not fetched beforehand.',
    next: 'Fetch the named value and evaluate again, or evaluate with a resolver.',
  },
  REGO_DATA_UNRESOLVED: {
    status: 422,
    summary: 'The policy kept asking the host for further values.',
    next: 'Make the names that the policy asks for independent of earlier answers.',
  },
  REGO_LIMIT_SIZE: {
    status: 413,
    summary: 'The policy text or a number in it is larger than allowed.',
    next: 'Split the policy, or raise the limit.',
  },
  REGO_LIMIT_DEPTH: {
    status: 422,
    summary: 'The policy, its input or its evaluation is nested more deeply than allowed.',
    next: 'Flatten the policy or the input, or raise the limit.',
  },
  REGO_LIMIT_STEPS: {
    status: 422,
    summary: 'The evaluation takes more steps than allowed.',
    next: 'Make the policy do less work, or raise the limit.',
  },
  REGO_LIMIT_MEMORY: {
    status: 422,
    summary: 'The evaluation makes more or larger values than allowed.',
    next: 'Make the policy build less, or raise the limit.',
  },
  REGO_LIMIT_TIME: {
    status: 422,
    summary: 'The evaluation takes longer than allowed.',
    next: 'Make the policy do less work, or raise the limit.',
  },
}

/** Code of a {@link RegoError}. */
export type RegoErrorCode = keyof typeof ROWS

/** Every code this package throws, with the HTTP status of a service's answer and what to do next. */
export const REGO_ERRORS: ErrorTable<RegoErrorCode> = ROWS

/** Codes under which the Open Policy Agent reports the same problem. */
const OPA_CODES: Partial<Record<RegoErrorCode, string>> = {
  REGO_SYNTAX_INVALID: 'rego_parse_error',
  REGO_POLICY_INVALID: 'rego_compile_error',
  REGO_TYPE_INVALID: 'rego_type_error',
  REGO_VARIABLE_UNSAFE: 'rego_unsafe_var_error',
  REGO_RULE_RECURSIVE: 'rego_recursion_error',
  REGO_BUILTIN_FAILED: 'eval_builtin_error',
  REGO_OPERAND_INVALID: 'eval_type_error',
  REGO_RESULT_CONFLICT: 'eval_conflict_error',
  REGO_MERGE_CONFLICT: 'eval_with_merge_error',
}

/** A place in a policy text; rows and columns count from 1, columns in characters. */
export interface Location {
  readonly file: string
  readonly row: number
  readonly column: number
}

/** Where an error was found, what it carries, and what caused it. */
export interface RegoErrorOptions {
  readonly location?: Location | undefined
  readonly details?: ErrorDetails
  readonly cause?: unknown
}

/** Every error this package throws. `opaCode` is the Open Policy Agent's name of the problem, where it has one. */
export class RegoError extends CodedError<RegoErrorCode> {
  readonly location: Location | undefined
  readonly opaCode: string | undefined

  constructor(code: RegoErrorCode, message?: string, options: RegoErrorOptions = {}) {
    super(REGO_ERRORS, code, locate(message, options.location), {
      details: options.location ? { path: placeText(options.location), ...options.details } : (options.details ?? {}),
      ...(options.cause === undefined ? {} : { cause: options.cause }),
    })
    this.location = options.location
    this.opaCode = OPA_CODES[code]
  }
}

/** `file:row:column`, or `row:column` of a nameless text. */
export function placeText(location: Location): string {
  const place = `${location.row}:${location.column}`
  return location.file === '' ? place : `${location.file}:${place}`
}

function locate(message: string | undefined, location: Location | undefined): string | undefined {
  return message !== undefined && location ? `${placeText(location)}: ${message}` : message
}
