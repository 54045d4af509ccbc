/** What the recipes of all simulated worlds have in common. */
import { encodeHex } from '@veritee/codec/bytes'
import { createSeed } from '../crypto/seed.ts'
import { SimulatorError } from '../errors.ts'

/** The part of a recipe that everything random is derived from. JSON data. */
export interface SeededRecipe {
  /** 32 bytes in hexadecimal. It is a secret: whoever has it has every key of the world. */
  readonly seed: string
  /** Epoch seconds; certificates are valid from the day before. */
  readonly createdAt: number
}

/** What may be said about every new world. */
export interface SeededOptions {
  /** Epoch seconds that what the world publishes is current at. */
  readonly now: number
  /** A text that names a repeatable world. Default: fresh randomness. */
  readonly seed?: string
  /** Epoch seconds. Default `now`. */
  readonly createdAt?: number
}

/** Completes the common part of a recipe. Throws SIMULATOR_VALUE_INVALID. */
export function createSeededRecipe({ now, seed, createdAt = now }: SeededOptions): SeededRecipe {
  const bytes = seed === undefined ? crypto.getRandomValues(new Uint8Array(32)) : createSeed(seed)
  return checkSeededRecipe({ seed: encodeHex(bytes), createdAt })
}

/** Refuses a common part that no world can be made from. Throws SIMULATOR_VALUE_INVALID. */
export function checkSeededRecipe({ seed, createdAt }: { readonly [name: string]: unknown }): SeededRecipe {
  if (typeof seed !== 'string' || !/^[0-9a-f]{64}$/.test(seed)) throw unfit('seed', '32 bytes in hexadecimal')
  if (typeof createdAt !== 'number' || !Number.isSafeInteger(createdAt) || createdAt < 0) {
    throw unfit('createdAt', 'epoch seconds', createdAt)
  }
  return { seed, createdAt }
}

/** A member of a recipe that must be one of some words. Throws SIMULATOR_VALUE_INVALID. */
export function oneOf<Word extends string>(path: string, words: readonly Word[], value: unknown): Word {
  if (words.includes(value as Word)) return value as Word
  throw unfit(path, words.join(', '), value)
}

/** The refusal of a value that does not fit its field. */
export function unfit(path: string, expected: unknown, actual?: unknown): SimulatorError {
  return new SimulatorError('SIMULATOR_VALUE_INVALID', undefined, {
    details: { path, expected, ...(actual === undefined ? {} : { actual }) },
  })
}
