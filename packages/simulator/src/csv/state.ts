import { encodePem } from '@veritee/codec/pem'
import { readState, writeState } from '../state/state.ts'
import { checkRecipe } from './recipe.ts'
import type { CsvWorld } from './types.ts'
import { openWorld } from './world.ts'

const FORMAT = 'veritee-simulated-csv-world'

/**
 * Writes a world into a directory: `world.json` (mode 0600, holds every key) and `hrk.pem`, the root's certificate for
 * whoever is to trust it. Throws SIMULATOR_WORLD_EXISTS.
 */
export async function saveCsvWorld(world: CsvWorld, directory: string): Promise<void> {
  const published = { 'hrk.pem': encodePem('HYGON ROOT KEY', world.root.certificate) }
  await writeState({ format: FORMAT, recipe: world.recipe, published }, directory)
}

/** Reads a world that {@link saveCsvWorld} wrote. Throws SIMULATOR_WORLD_INVALID and SIMULATOR_WORLD_EXPOSED. */
export async function loadCsvWorld(directory: string): Promise<CsvWorld> {
  return openWorld(await readState(FORMAT, directory, checkRecipe))
}
