import { encodeHex } from '@veritee/codec/bytes'
import type { PckCa } from '@veritee/evidence/dcap/pck'
import { createSeed } from '../crypto/seed.ts'
import { SimulatorError } from '../errors.ts'

/** Everything a simulated world is made from; the same recipe gives the same world. JSON data. */
export interface WorldRecipe {
  /** 64 hexadecimal digits: every key of the world is derived from them. Secret if the root is trusted anywhere. */
  readonly seed: string
  /** Epoch seconds; certificates are valid from the day before. */
  readonly createdAt: number
  /** 12 hexadecimal digits. */
  readonly fmspc: string
  /** 4 hexadecimal digits. */
  readonly pceId: string
  /** Which CA issued the platform's PCK certificate. */
  readonly ca: PckCa
  /** Status of the level that the platform is at. */
  readonly tcbStatus: string
  /** The same in the early data set. */
  readonly earlyTcbStatus: string
  readonly moduleStatus: string
  readonly qeStatus: string
  readonly advisoryIds: readonly string[]
  /** Number of the standard data set; the early one is one further. */
  readonly evaluationDataNumber: number
}

/** What may be said about a new world; everything else has a default. */
export interface WorldOptions extends Partial<Omit<WorldRecipe, 'createdAt' | 'seed'>> {
  /** Epoch seconds that the world's collateral is current at. */
  readonly now: number
  /** A text that names a repeatable world. Default: fresh randomness. */
  readonly seed?: string
  /** Epoch seconds. Default `now`. */
  readonly createdAt?: number
}

/** Completes the options of a new world. Throws SIMULATOR_VALUE_INVALID. */
export function createRecipe(options: WorldOptions): WorldRecipe {
  const seed = options.seed === undefined ? crypto.getRandomValues(new Uint8Array(32)) : createSeed(options.seed)
  const tcbStatus = options.tcbStatus ?? 'UpToDate'
  return checkRecipe({
    seed: encodeHex(seed),
    createdAt: options.createdAt ?? options.now,
    fmspc: (options.fmspc ?? '51a0d0000000').toLowerCase(),
    pceId: (options.pceId ?? '0000').toLowerCase(),
    ca: options.ca ?? 'platform',
    tcbStatus,
    earlyTcbStatus: options.earlyTcbStatus ?? tcbStatus,
    moduleStatus: options.moduleStatus ?? 'UpToDate',
    qeStatus: options.qeStatus ?? 'UpToDate',
    advisoryIds: options.advisoryIds ?? [],
    evaluationDataNumber: options.evaluationDataNumber ?? 18,
  })
}

/** Refuses a recipe that no world can be made from. Throws SIMULATOR_VALUE_INVALID. */
export function checkRecipe(recipe: WorldRecipe): WorldRecipe {
  expectHex('seed', recipe.seed, 32)
  expectHex('fmspc', recipe.fmspc, 6)
  expectHex('pceId', recipe.pceId, 2)
  if (!Number.isSafeInteger(recipe.createdAt) || recipe.createdAt < 0) {
    throw unfit('createdAt', 'epoch seconds', recipe.createdAt)
  }
  if (recipe.ca !== 'platform' && recipe.ca !== 'processor') throw unfit('ca', 'platform or processor', recipe.ca)
  return recipe
}

function expectHex(name: string, text: string, sizeBytes: number): void {
  if (!/^[0-9a-f]*$/.test(text) || text.length !== sizeBytes * 2) {
    throw unfit(name, `${sizeBytes} bytes in hexadecimal`, name === 'seed' ? undefined : text)
  }
}

function unfit(path: string, expected: unknown, actual: unknown): SimulatorError {
  return new SimulatorError('SIMULATOR_VALUE_INVALID', undefined, { details: { path, expected, actual } })
}
