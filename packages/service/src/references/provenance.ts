/** Fetches provenance material from the one folder that the configuration names. */
import { constants } from 'node:fs'
import { open, realpath } from 'node:fs/promises'
import { isAbsolute, join, relative } from 'node:path'
import { AppraisalError } from '@veritee/appraisal'
import type { ProvenanceSource } from '@veritee/appraisal/references'

const MAX_BYTES = 8 << 20

/**
 * Reads provenance material. Only `file` within the folder is taken, named relative to it or by a path below it; symbolic
 * links that lead out of it are refused.
 *
 * @param dir absent: every source is refused
 * @throws AppraisalError REFERENCE_SOURCE_REFUSED, REFERENCE_SOURCE_UNREADABLE, REFERENCE_LIMIT_EXCEEDED
 */
export async function fetchProvenance(source: ProvenanceSource, dir: string | undefined): Promise<Uint8Array> {
  if (source.protocol !== 'file' || dir === undefined) throw refused(source)
  const path = source.uri.replace(/^file:\/\//, '')
  const folder = await realpath(dir).catch((cause: unknown) => {
    throw unreadable(source, cause)
  })
  const asked = isAbsolute(path) ? path : join(folder, path)
  const real = await realpath(asked).catch((cause: unknown) => {
    throw unreadable(source, cause)
  })
  const within = relative(folder, real)
  if (within === '' || within.startsWith('..') || isAbsolute(within)) throw refused(source)
  return readBounded(real, source)
}

async function readBounded(path: string, source: ProvenanceSource): Promise<Uint8Array> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    try {
      const stat = await file.stat()
      if (!stat.isFile()) throw refused(source)
      if (stat.size > MAX_BYTES)
        throw new AppraisalError('REFERENCE_LIMIT_EXCEEDED', undefined, {
          details: { path: 'provenance_source.uri', expected: `at most ${MAX_BYTES} bytes`, actual: stat.size },
        })
      const bytes = new Uint8Array(stat.size)
      const { bytesRead } = await file.read(bytes, 0, stat.size, 0)
      return bytes.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw cause instanceof AppraisalError ? cause : unreadable(source, cause)
  }
}

function refused({ protocol, uri }: ProvenanceSource): AppraisalError {
  return new AppraisalError('REFERENCE_SOURCE_REFUSED', undefined, {
    details: { path: 'provenance_source', expected: 'a file in the provenance folder', actual: `${protocol} ${uri}` },
  })
}

function unreadable({ uri }: ProvenanceSource, cause: unknown): AppraisalError {
  return new AppraisalError('REFERENCE_SOURCE_UNREADABLE', undefined, {
    cause,
    details: { path: 'provenance_source.uri', actual: uri, reason: (cause as NodeJS.ErrnoException).code },
  })
}
