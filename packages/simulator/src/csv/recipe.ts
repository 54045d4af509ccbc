import { checkSeededRecipe, createSeededRecipe, type SeededOptions, type SeededRecipe, unfit } from '../state/recipe.ts'

/** Everything a simulated Hygon world is made from; the same recipe gives the same world. JSON data. */
export interface CsvRecipe extends SeededRecipe {
  /** Serial number of the chip: letters and digits. */
  readonly serialNumber: string
}

/** What may be said about a new world; everything else has a default. */
export interface CsvWorldOptions extends SeededOptions {
  /** Default `SIMULATED0001`. */
  readonly serialNumber?: string
}

/** Completes the options of a new world. Throws SIMULATOR_VALUE_INVALID. */
export function createRecipe({ serialNumber = 'SIMULATED0001', ...seeded }: CsvWorldOptions): CsvRecipe {
  return checkRecipe({ ...createSeededRecipe(seeded), serialNumber })
}

/** Refuses a recipe that no world can be made from. Throws SIMULATOR_VALUE_INVALID. */
export function checkRecipe(recipe: { readonly [name: string]: unknown }): CsvRecipe {
  const { serialNumber } = recipe
  if (typeof serialNumber !== 'string' || !/^[A-Za-z0-9]{1,64}$/.test(serialNumber))
    throw unfit('serialNumber', '1 to 64 letters and digits', serialNumber)
  return { ...checkSeededRecipe(recipe), serialNumber }
}
