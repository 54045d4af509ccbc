import { checkSeededRecipe, createSeededRecipe, oneOf, type SeededOptions, type SeededRecipe } from '../state/recipe.ts'

/** Kinds of attestation keys. */
export type TpmKeyKind = 'rsa' | 'p256' | 'p384' | 'sm2'
/** Kinds of endorsement keys. */
export type TpmEndorsementKind = 'rsa' | 'p256' | 'p384'

/** Everything a simulated TPM is made from; the same recipe gives the same TPM. JSON data. */
export interface TpmRecipe extends SeededRecipe {
  readonly attestation: TpmKeyKind
  readonly endorsement: TpmEndorsementKind
}

/** What may be said about a new TPM; everything else has a default. */
export interface TpmWorldOptions extends SeededOptions {
  /** Default `rsa`, of 2048 bits. */
  readonly attestation?: TpmKeyKind
  /** Default `rsa`, of 2048 bits. */
  readonly endorsement?: TpmEndorsementKind
}

/** Completes the options of a new TPM. Throws SIMULATOR_VALUE_INVALID. */
export function createRecipe({ attestation = 'rsa', endorsement = 'rsa', ...seeded }: TpmWorldOptions): TpmRecipe {
  return checkRecipe({ ...createSeededRecipe(seeded), attestation, endorsement })
}

/** Refuses a recipe that no TPM can be made from. Throws SIMULATOR_VALUE_INVALID. */
export function checkRecipe(recipe: { readonly [name: string]: unknown }): TpmRecipe {
  return {
    ...checkSeededRecipe(recipe),
    attestation: oneOf('attestation', ['rsa', 'p256', 'p384', 'sm2'], recipe['attestation']),
    endorsement: oneOf('endorsement', ['rsa', 'p256', 'p384'], recipe['endorsement']),
  }
}
