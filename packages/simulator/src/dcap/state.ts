import { mkdir, open, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseJson } from '@veritee/codec/json'
import { SimulatorError } from '../errors.ts'
import { checkRecipe, type WorldRecipe } from './recipe.ts'
import type { DcapWorld } from './types.ts'
import { openWorld } from './world.ts'

const FORMAT = 'veritee-simulated-dcap-world'
const STATE_FILE = 'world.json'
const ROOT_FILE = 'root.pem'

/**
 * Writes a world into a directory, which is made if need be: `world.json` (mode 0600, holds the seed and thereby every
 * key) and `root.pem` for whoever is to trust it. Refuses to overwrite: throws SIMULATOR_WORLD_EXISTS.
 */
export async function saveWorld(world: DcapWorld, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const text = `${JSON.stringify({ format: FORMAT, version: 1, ...world.recipe }, undefined, 2)}\n`
  const file = await open(join(directory, STATE_FILE), 'wx', 0o600).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EEXIST') throw cause
    throw new SimulatorError('SIMULATOR_WORLD_EXISTS', undefined, { details: { path: STATE_FILE }, cause })
  })
  try {
    await file.writeFile(text)
  } finally {
    await file.close()
  }
  await writeFile(join(directory, ROOT_FILE), world.root.pem)
}

/**
 * Reads a world that {@link saveWorld} wrote, with collateral current at `now` (epoch seconds). Throws
 * SIMULATOR_WORLD_INVALID, and SIMULATOR_WORLD_EXPOSED if others can read its keys.
 */
export async function loadWorld(directory: string, now: number): Promise<DcapWorld> {
  const path = join(directory, STATE_FILE)
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw invalid('a readable world.json', cause)
  })
  const { mode } = await stat(path)
  if ((mode & 0o077) !== 0) {
    throw new SimulatorError('SIMULATOR_WORLD_EXPOSED', undefined, {
      details: { path: STATE_FILE, expected: '0600', actual: (mode & 0o777).toString(8).padStart(4, '0') },
    })
  }
  return openWorld(parseState(text), now)
}

function parseState(text: string): WorldRecipe {
  let state: { readonly [name: string]: unknown }
  try {
    state = parseJson(text) as typeof state
  } catch (cause) {
    throw invalid('JSON', cause)
  }
  if (state?.['format'] !== FORMAT || state['version'] !== 1) throw invalid(`${FORMAT} version 1`)
  const { format: _format, version: _version, ...recipe } = state
  if (!isRecipe(recipe)) throw invalid('every member of a recipe')
  try {
    return checkRecipe(recipe)
  } catch (cause) {
    throw invalid('a recipe', cause)
  }
}

function isRecipe(value: {
  readonly [name: string]: unknown
}): value is { readonly [name: string]: unknown } & WorldRecipe {
  const texts = ['seed', 'fmspc', 'pceId', 'ca', 'tcbStatus', 'earlyTcbStatus', 'moduleStatus', 'qeStatus']
  return (
    texts.every((name) => typeof value[name] === 'string') &&
    typeof value['createdAt'] === 'number' &&
    typeof value['evaluationDataNumber'] === 'number' &&
    Array.isArray(value['advisoryIds']) &&
    value['advisoryIds'].every((id) => typeof id === 'string')
  )
}

function invalid(expected: string, cause?: unknown): SimulatorError {
  return new SimulatorError('SIMULATOR_WORLD_INVALID', undefined, {
    details: { path: STATE_FILE, expected },
    ...(cause === undefined ? {} : { cause }),
  })
}
