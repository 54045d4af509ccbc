import { readState, writeState } from '../state/state.ts'
import { checkRecipe } from './recipe.ts'
import type { SnpWorld } from './types.ts'
import { openWorld } from './world.ts'

const FORMAT = 'veritee-simulated-snp-world'

/**
 * Writes a world into a directory: `world.json` (mode 0600, holds every key), `ark.pem` for whoever is to trust it.
 * Throws SIMULATOR_WORLD_EXISTS.
 */
export async function saveSnpWorld(world: SnpWorld, directory: string): Promise<void> {
  await writeState({ format: FORMAT, recipe: world.recipe, published: { 'ark.pem': world.root.pem } }, directory)
}

/** Reads a world that {@link saveSnpWorld} wrote. Throws SIMULATOR_WORLD_INVALID and SIMULATOR_WORLD_EXPOSED. */
export async function loadSnpWorld(directory: string, now: number): Promise<SnpWorld> {
  return openWorld(await readState(FORMAT, directory, checkRecipe), now)
}
