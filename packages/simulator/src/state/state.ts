/** Saved worlds: one file with everything secret, and the root for whoever is to trust it. */
import { mkdir, open, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseJson } from '@veritee/codec/json'
import { SimulatorError } from '../errors.ts'

const STATE_FILE = 'world.json'

/** What a world is saved as. */
export interface WorldState {
  /** Names the kind of world, such as `veritee-simulated-snp-world`. */
  readonly format: string
  /** JSON data that the world can be made from again. */
  readonly recipe: object
  /** Files for everybody, by name. */
  readonly published: Readonly<Record<string, string>>
}

/**
 * Writes a world into a directory, which is made if need be: `world.json` (mode 0600) and the published files. Refuses to
 * overwrite: throws SIMULATOR_WORLD_EXISTS.
 */
export async function writeState({ format, recipe, published }: WorldState, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const text = `${JSON.stringify({ format, version: 1, ...recipe }, undefined, 2)}\n`
  const file = await open(join(directory, STATE_FILE), 'wx', 0o600).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EEXIST') throw cause
    throw new SimulatorError('SIMULATOR_WORLD_EXISTS', undefined, { details: { path: STATE_FILE }, cause })
  })
  try {
    await file.writeFile(text)
  } finally {
    await file.close()
  }
  for (const [name, content] of Object.entries(published)) await writeFile(join(directory, name), content)
}

/**
 * Reads the recipe of a world that {@link writeState} wrote; `check` judges it and throws SimulatorError.
 *
 * Throws SIMULATOR_WORLD_INVALID, and SIMULATOR_WORLD_EXPOSED if others can read its keys.
 */
export async function readState<Recipe>(
  format: string,
  directory: string,
  check: (recipe: { readonly [name: string]: unknown }) => Recipe,
): Promise<Recipe> {
  const path = join(directory, STATE_FILE)
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw invalidState('a readable world.json', cause)
  })
  const { mode } = await stat(path)
  if ((mode & 0o077) !== 0) {
    throw new SimulatorError('SIMULATOR_WORLD_EXPOSED', undefined, {
      details: { path: STATE_FILE, expected: '0600', actual: (mode & 0o777).toString(8).padStart(4, '0') },
    })
  }
  const { format: written, version, ...recipe } = parseState(text)
  if (written !== format || version !== 1) throw invalidState(`${format} version 1`)
  try {
    return check(recipe)
  } catch (cause) {
    if (cause instanceof SimulatorError && cause.code === 'SIMULATOR_WORLD_INVALID') throw cause
    throw invalidState('a recipe', cause)
  }
}

/** The refusal of a file that is no world. */
export function invalidState(expected: string, cause?: unknown): SimulatorError {
  return new SimulatorError('SIMULATOR_WORLD_INVALID', undefined, {
    details: { path: STATE_FILE, expected },
    ...(cause === undefined ? {} : { cause }),
  })
}

function parseState(text: string): { readonly [name: string]: unknown } {
  try {
    const state = parseJson(text)
    if (typeof state === 'object' && state !== null && !Array.isArray(state)) return state as Record<string, unknown>
  } catch (cause) {
    throw invalidState('JSON', cause)
  }
  throw invalidState('a JSON object')
}
