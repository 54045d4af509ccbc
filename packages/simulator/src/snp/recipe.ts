import type { SnpProduct } from '@veritee/evidence/snp'
import { checkSeededRecipe, createSeededRecipe, oneOf, type SeededOptions, type SeededRecipe } from '../state/recipe.ts'

const PRODUCTS: readonly SnpProduct[] = ['Milan', 'Genoa', 'Turin']

/** Everything a simulated AMD world is made from; the same recipe gives the same world. JSON data. */
export interface SnpRecipe extends SeededRecipe {
  readonly product: SnpProduct
  /** Size of the authorities' keys; AMD's have 4096 bits. */
  readonly authorityBits: 2048 | 4096
}

/** What may be said about a new world; everything else has a default. */
export interface SnpWorldOptions extends SeededOptions {
  /** Default Milan. */
  readonly product?: SnpProduct
  /** Default 4096. The smaller ones are made in a tenth of the time. */
  readonly authorityBits?: 2048 | 4096
}

/** Completes the options of a new world. Throws SIMULATOR_VALUE_INVALID. */
export function createRecipe({ product = 'Milan', authorityBits = 4096, ...seeded }: SnpWorldOptions): SnpRecipe {
  return checkRecipe({ ...createSeededRecipe(seeded), product, authorityBits })
}

/** Refuses a recipe that no world can be made from. Throws SIMULATOR_VALUE_INVALID. */
export function checkRecipe(recipe: { readonly [name: string]: unknown }): SnpRecipe {
  return {
    ...checkSeededRecipe(recipe),
    product: oneOf('product', PRODUCTS, recipe['product']),
    authorityBits: oneOf('authorityBits', ['2048', '4096'], String(recipe['authorityBits'])) === '2048' ? 2048 : 4096,
  }
}
