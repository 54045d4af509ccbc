/** What `veritee compat install` writes. */

/** One file of an older program's installation. */
export interface CompatFile {
  /** Below the folder installed into. */
  readonly path: string
  readonly content: string
  /** `program` is executable and written anew each time; `document` is a person's to change and is kept. */
  readonly kind: 'program' | 'document'
}

/** How the programs reach this one, and which guest they ask. */
export interface CompatSettings {
  /** The words that start this program. */
  readonly command: readonly string[]
  /** Folder of a simulated world; absent for real guests. */
  readonly world?: string
}

/** The second line of every program written here: what carries it may be replaced. */
export const MARK = '# Calls veritee; written by `veritee compat install`.'

/** A shell program that ends in calling `veritee` with the words given, each of them quoted already. */
export function createProgramFile(path: string, lines: readonly string[]): CompatFile {
  return { path, kind: 'program', content: `#!/bin/sh\n${[MARK, 'set -eu', ...lines].join('\n')}\n` }
}

/** One word for the shell, whatever it holds. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** Sets `here` to the folder of the program. */
export const FIND_HERE = 'here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)'
