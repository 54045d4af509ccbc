import { encodePem } from '@veritee/codec/pem'
import { readState, writeState } from '../state/state.ts'
import { checkRecipe } from './recipe.ts'
import type { AzureWorld } from './types.ts'
import { openWorld } from './world.ts'

const FORMAT = 'veritee-simulated-azure-world'

/**
 * Writes a machine into a directory: `world.json` (mode 0600, holds every key) and `root.pem`, the root of the hardware
 * beneath, for whoever is to trust it. Throws SIMULATOR_WORLD_EXISTS.
 */
export async function saveAzureWorld(world: AzureWorld, directory: string): Promise<void> {
  const root = world.snp?.root.pem ?? encodePem('CERTIFICATE', world.dcap!.root.certificate)
  await writeState({ format: FORMAT, recipe: world.recipe, published: { 'root.pem': root } }, directory)
}

/** Reads a machine that {@link saveAzureWorld} wrote. Throws SIMULATOR_WORLD_INVALID and SIMULATOR_WORLD_EXPOSED. */
export async function loadAzureWorld(directory: string, now: number): Promise<AzureWorld> {
  return openWorld(await readState(FORMAT, directory, checkRecipe), now)
}
