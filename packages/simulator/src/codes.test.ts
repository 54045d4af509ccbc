/** Each code of the error table: sound use passes, and one change raises the code. */
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe } from 'vitest'
import { testTwins } from '../../../testkit/twins.ts'
import { createDcapWorld, loadWorld, SIMULATOR_ERRORS, saveWorld, servePccs } from './index.ts'
import { loadTpmWorld, saveTpmWorld } from './tpm/index.ts'
import { createTpmWorld } from './tpm/world.ts'

const NOW = 1_790_000_000
const world = createDcapWorld({ now: NOW, seed: 'codes' })
const tpm = createTpmWorld({ now: NOW, seed: 'codes' })
const made: string[] = []

afterAll(async () => {
  for (const folder of made) await rm(folder, { recursive: true })
})

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'codes-'))
  made.push(path)
  return path
}

async function saved(): Promise<string> {
  const path = await folder()
  await saveWorld(world, path)
  return path
}

async function serveTwice(isSamePort: boolean): Promise<void> {
  const first = await servePccs(world)
  try {
    const port = isSamePort ? Number(new URL(first.url).port) : 0
    await (await servePccs(world, { port })).close()
  } finally {
    await first.close()
  }
}

describe('codes of this package', () => {
  testTwins(SIMULATOR_ERRORS, {
    SIMULATOR_PCCS_UNREADY: {
      change: 'a port that is taken',
      genuine: () => serveTwice(false),
      tampered: () => serveTwice(true),
    },
    SIMULATOR_VALUE_INVALID: {
      change: 'a byte more than the field holds',
      genuine: () => world.issueTdxQuote({ reportData: 'ab'.repeat(64) }),
      tampered: () => world.issueTdxQuote({ reportData: 'ab'.repeat(65) }),
    },
    SIMULATOR_WORLD_EXISTS: {
      change: 'another world is there',
      genuine: async () => saveWorld(world, await folder()),
      tampered: async () => saveWorld(world, await saved()),
    },
    SIMULATOR_WORLD_EXPOSED: {
      change: 'everybody can read the keys',
      genuine: async () => loadWorld(await saved(), NOW),
      tampered: async () => {
        const path = await saved()
        await chmod(join(path, 'world.json'), 0o644)
        return loadWorld(path, NOW)
      },
    },
    SIMULATOR_WORLD_INVALID: {
      change: 'the world of another kind of machine',
      genuine: async () => {
        const path = await folder()
        await saveTpmWorld(tpm, path)
        return loadTpmWorld(path, NOW)
      },
      tampered: async () => loadTpmWorld(await saved(), NOW),
    },
  })
})
