/** Writing older programs into a folder. */
import { chmod, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CliError } from '../errors.ts'
import { makeFolder, writeOutput } from '../output/file.ts'
import { type CompatFile, MARK } from './file.ts'

/** What became of one file. */
export interface InstalledFile {
  readonly path: string
  /** `kept` where a person's document was there already. */
  readonly outcome: 'written' | 'kept'
}

/**
 * Writes the files below a folder. A program of somebody else that is there already is not replaced: nothing is written
 * then.
 *
 * @throws CliError CLI_FILE_EXISTS
 */
export async function installFiles(folder: string, files: readonly CompatFile[]): Promise<readonly InstalledFile[]> {
  const present = new Map<string, string | undefined>()
  for (const { path, kind } of files) {
    const content = await readPresent(join(folder, path))
    present.set(path, content)
    if (kind === 'program' && content !== undefined && !content.includes(MARK)) {
      throw new CliError('CLI_FILE_EXISTS', `${join(folder, path)} is another program’s and stays as it is.`, {
        details: { path: join(folder, path) },
      })
    }
  }
  const installed: InstalledFile[] = []
  for (const { path, content, kind } of files) {
    if (kind === 'document' && present.get(path) !== undefined) {
      installed.push({ path, outcome: 'kept' })
      continue
    }
    const target = join(folder, path)
    makeFolder(dirname(target))
    writeOutput(target, content)
    if (kind === 'program') await chmod(target, 0o755)
    installed.push({ path, outcome: 'written' })
  }
  return installed
}

/** The file's text; undefined only where there is none, so that what cannot be read is not taken for absent. */
async function readPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new CliError('CLI_FILE_UNREADABLE', `${path} cannot be read (${code})`, { details: { path }, cause })
  }
}
