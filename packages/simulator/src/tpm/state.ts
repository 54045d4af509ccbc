import { encodePem } from '@veritee/codec/pem'
import { readState, writeState } from '../state/state.ts'
import { checkRecipe } from './recipe.ts'
import type { TpmWorld } from './types.ts'
import { openWorld } from './world.ts'

const FORMAT = 'veritee-simulated-tpm-world'

/**
 * Writes a TPM into a directory: `world.json` (mode 0600, holds every key) and `manufacturer.pem` for whoever is to trust
 * it. Throws SIMULATOR_WORLD_EXISTS.
 */
export async function saveTpmWorld(world: TpmWorld, directory: string): Promise<void> {
  const published = { 'manufacturer.pem': encodePem('CERTIFICATE', world.authority) }
  await writeState({ format: FORMAT, recipe: world.recipe, published }, directory)
}

/** Reads a TPM that {@link saveTpmWorld} wrote. Throws SIMULATOR_WORLD_INVALID and SIMULATOR_WORLD_EXPOSED. */
export async function loadTpmWorld(directory: string, now: number): Promise<TpmWorld> {
  return openWorld(await readState(FORMAT, directory, checkRecipe), now)
}
