import { invalidState, readState, writeState } from '../state/state.ts'
import { checkRecipe, type WorldRecipe } from './recipe.ts'
import type { DcapWorld } from './types.ts'
import { openWorld } from './world.ts'

const FORMAT = 'veritee-simulated-dcap-world'

/**
 * Writes a world into a directory, which is made if need be: `world.json` (mode 0600, holds the seed and thereby every
 * key) and `root.pem` for whoever is to trust it. Refuses to overwrite: throws SIMULATOR_WORLD_EXISTS.
 */
export async function saveWorld(world: DcapWorld, directory: string): Promise<void> {
  await writeState({ format: FORMAT, recipe: world.recipe, published: { 'root.pem': world.root.pem } }, directory)
}

/**
 * Reads a world that {@link saveWorld} wrote, with collateral current at `now` (epoch seconds). Throws
 * SIMULATOR_WORLD_INVALID, and SIMULATOR_WORLD_EXPOSED if others can read its keys.
 */
export async function loadWorld(directory: string, now: number): Promise<DcapWorld> {
  const recipe = await readState(FORMAT, directory, (state) => {
    if (!isRecipe(state)) throw invalidState('every member of a recipe')
    return checkRecipe(state)
  })
  return openWorld(recipe, now)
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
