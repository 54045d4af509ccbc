import { CodedError, type CodedErrorOptions, type ErrorTable } from '@veritee/codec/error'

/** Every code that the command line itself raises; the library's codes come from its packages. */
const ROWS = {
  CLI_ARGUMENT_INVALID: {
    status: 400,
    summary: 'an argument of the command is not what it takes',
    next: 'see the command with --help',
  },
  CLI_EVIDENCE_UNAVAILABLE: {
    status: 503,
    summary: 'this machine cannot make evidence of its own',
    next: 'run this inside a confidential machine; `veritee doctor` says more, and `veritee simulate tdx --out ./demo-tdx` makes a simulated one',
  },
  CLI_FILE_TOO_LARGE: {
    status: 413,
    summary: 'a file is larger than this command reads',
    next: 'check that it is the file you meant',
  },
  CLI_FILE_UNREADABLE: { status: 400, summary: 'a file cannot be read', next: 'check the path and the permissions' },
  CLI_FILE_UNWRITABLE: {
    status: 400,
    summary: 'a file cannot be written',
    next: 'check the folder, the permissions and the space left',
  },
  CLI_FILE_EXISTS: {
    status: 409,
    summary: 'a file to be written exists already',
    next: 'choose another folder or remove it first',
  },
  CLI_SERVICE_UNREACHABLE: {
    status: 502,
    summary: 'the service did not answer',
    next: 'check the address and that `veritee serve` is running there',
  },
  CLI_SERVICE_FAILED: {
    status: 502,
    summary: 'the service could not do what was asked',
    next: 'see what it says, and its log',
  },
  CLI_SERVICE_REFUSED: { status: 403, summary: 'the service refused the request', next: 'see its findings' },
  CLI_UNEXPECTED: {
    status: 500,
    summary: 'something went wrong that this program did not foresee',
    next: 'report it, with what you typed',
  },
  CLI_UNFIT_INPUT: {
    status: 400,
    summary: 'the input is not something this command works on',
    next: 'see `veritee inspect FILE`',
  },
} as const

export type CliErrorCode = keyof typeof ROWS
export const CLI_ERRORS: ErrorTable<CliErrorCode> = ROWS

/** Raised by the command line for what the person typed or pointed at. */
export class CliError extends CodedError<CliErrorCode> {
  constructor(code: CliErrorCode, message?: string, options?: CodedErrorOptions) {
    super(CLI_ERRORS, code, message, options)
  }
}
