import { checkSeededRecipe, createSeededRecipe, oneOf, type SeededOptions, type SeededRecipe } from '../state/recipe.ts'

/** Everything a simulated Azure machine is made from; the same recipe gives the same machine. JSON data. */
export interface AzureRecipe extends SeededRecipe {
  /** The hardware beneath. */
  readonly tee: 'snp' | 'tdx'
}

/** What may be said about a new machine; everything else has a default. */
export interface AzureWorldOptions extends SeededOptions {
  /** Default `snp`. */
  readonly tee?: 'snp' | 'tdx'
}

/** Completes the options of a new machine. Throws SIMULATOR_VALUE_INVALID. */
export function createRecipe({ tee = 'snp', ...seeded }: AzureWorldOptions): AzureRecipe {
  return checkRecipe({ ...createSeededRecipe(seeded), tee })
}

/** Refuses a recipe that no machine can be made from. Throws SIMULATOR_VALUE_INVALID. */
export function checkRecipe(recipe: { readonly [name: string]: unknown }): AzureRecipe {
  return { ...checkSeededRecipe(recipe), tee: oneOf('tee', ['snp', 'tdx'], recipe['tee']) }
}
