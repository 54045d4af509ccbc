import { mkdir, open, rmdir, writeFile } from 'node:fs/promises'

/** The file operations that the report interface is used through. A fake kernel in tests replaces some of them. */
export interface ReportFiles {
  /** Makes an entry; the kernel fills it with attributes. */
  makeEntry(path: string): Promise<void>
  /** Removes an entry; its attributes go with it and cannot be removed one by one. */
  removeEntry(path: string): Promise<void>
  /** Reads an attribute, at most one byte more than `maxBytes`: the size that the kernel states for it means nothing. */
  read(path: string, maxBytes: number): Promise<Uint8Array>
  /** Writes an attribute in one call. */
  write(path: string, value: Uint8Array): Promise<void>
}

export const REPORT_FILES: ReportFiles = {
  async makeEntry(path) {
    await mkdir(path, 0o700)
  },
  removeEntry: rmdir,
  async read(path, maxBytes) {
    const file = await open(path, 'r')
    try {
      const buffer = new Uint8Array(maxBytes + 1)
      let filled = 0
      while (filled < buffer.length) {
        const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, null)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      return buffer.slice(0, filled)
    } finally {
      await file.close()
    }
  },
  async write(path, value) {
    await writeFile(path, value, { flag: 'r+' })
  },
}
