import { open } from 'node:fs/promises'
import { CliError } from '../errors.ts'
import type { Io } from '../io.ts'

/** Enough for any evidence with a megabyte of event log in base64, and for collateral of many platforms. */
const LIMIT_BYTES = 64 * 1024 * 1024

/**
 * Reads a whole file, or standard input for `-`, up to a limit.
 *
 * @throws CliError CLI_FILE_UNREADABLE, CLI_FILE_TOO_LARGE
 */
export async function readInput(io: Io, path: string, limitBytes: number = LIMIT_BYTES): Promise<Uint8Array> {
  try {
    if (path === '-') return await collect(io.stdin, '-', limitBytes)
    const file = await open(path, 'r')
    try {
      return await collect(file.createReadStream({ autoClose: false }), path, limitBytes)
    } finally {
      await file.close()
    }
  } catch (cause) {
    if (cause instanceof CliError) throw cause
    const reason = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message
    throw new CliError('CLI_FILE_UNREADABLE', `${path} cannot be read (${reason})`, { cause })
  }
}

async function collect(stream: AsyncIterable<Buffer>, path: string, limitBytes: number): Promise<Uint8Array> {
  const parts: Buffer[] = []
  let total = 0
  for await (const part of stream) {
    total += part.length
    if (total > limitBytes) {
      throw new CliError('CLI_FILE_TOO_LARGE', `${path} is larger than ${limitBytes} bytes`, {
        details: { path, expected: `at most ${limitBytes} bytes` },
      })
    }
    parts.push(part)
  }
  return new Uint8Array(Buffer.concat(parts, total))
}
