/** Words of the command line that older programs spell in their own way. */

import { decodeHex } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import type { Command } from 'commander'
import { CliError } from '../errors.ts'

const REPORT_DATA_BYTES = 64

/** Lets a command take `-quote FILE` for `--quote FILE`, as the guides type it. */
export function acceptSingleDash(command: Command, names: readonly string[]): void {
  const parse = command.parseOptions.bind(command)
  command.parseOptions = (words) =>
    parse(words.map((word) => (names.some((name) => word === `-${name}`) ? `-${word}` : word)))
}

/**
 * Report data from hexadecimal digits, up to 64 bytes; zeros stand behind it in the report. Digits may come in several
 * words, as `xxd -p` prints them.
 *
 * @throws CliError CLI_ARGUMENT_INVALID
 */
export function readReportData(words: readonly string[]): Uint8Array {
  const text = words.join('').replace(/\s+/g, '')
  try {
    const bytes = decodeHex(text)
    if (bytes.length >= 1 && bytes.length <= REPORT_DATA_BYTES) return bytes
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
  }
  throw new CliError('CLI_ARGUMENT_INVALID', 'Report data is 1 to 64 bytes in hexadecimal.', {
    details: {
      path: '-d',
      expected: '2 to 128 hexadecimal digits, two for each byte',
      actual: `${text.length} digits: ${text.slice(0, 40)}`,
    },
  })
}

/**
 * Epoch seconds of an RFC 3339 time.
 *
 * @throws CliError CLI_ARGUMENT_INVALID
 */
export function readTime(option: string, text: string): number {
  const isTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/.test(text)
  const milliseconds = isTime ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(milliseconds)) return Math.floor(milliseconds / 1000)
  return refuse(option, 'a time such as 2025-06-25T00:00:00Z', text)
}

/**
 * One of a few words.
 *
 * @throws CliError CLI_ARGUMENT_INVALID
 */
export function readChoice<T extends string>(option: string, choices: readonly T[], text: string): T {
  const choice = choices.find((word) => word === text)
  return choice ?? refuse(option, choices.join(' or '), text)
}

function refuse(option: string, expected: unknown, actual: unknown): never {
  throw new CliError('CLI_ARGUMENT_INVALID', `${option} does not take this value.`, {
    details: { path: option, expected, actual },
  })
}
