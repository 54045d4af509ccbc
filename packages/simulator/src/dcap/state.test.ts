import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDcapWorld, loadWorld, saveWorld } from './index.ts'

const NOW = 1_790_000_000
const world = createDcapWorld({ now: NOW, ca: 'processor', fmspc: 'aabbccddeeff', advisoryIds: ['SIMULATED-SA-1'] })
let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'world-'))
})

afterEach(() => rm(directory, { recursive: true }))

test('a saved world is the same when loaded, at any time', async () => {
  await saveWorld(world, directory)
  const loaded = await loadWorld(directory, NOW)
  expect(loaded.recipe).toEqual(world.recipe)
  expect(loaded.issueTdxQuote()).toEqual(world.issueTdxQuote())
  expect(loaded.collateral('sgx')).toEqual(world.collateral('sgx'))
  expect((await loadWorld(directory, NOW + 86_400)).collateral('sgx')).not.toEqual(world.collateral('sgx'))
})

test('keys are for the owner alone; the root is for everybody', async () => {
  const path = join(directory, 'new')
  await saveWorld(world, path)
  expect((await readdir(path)).toSorted()).toEqual(['root.pem', 'world.json'])
  expect((await stat(join(path, 'world.json'))).mode & 0o777).toBe(0o600)
  expect((await stat(path)).mode & 0o777).toBe(0o700)
  expect(await readFile(join(path, 'root.pem'), 'utf8')).toBe(world.root.pem)
})

test('SIMULATOR_WORLD_EXISTS: a world is never overwritten', async () => {
  await saveWorld(world, directory)
  const other = createDcapWorld({ now: NOW })
  await expect(saveWorld(other, directory)).rejects.toMatchObject({ code: 'SIMULATOR_WORLD_EXISTS' })
  expect((await loadWorld(directory, NOW)).root.pem).toBe(world.root.pem)
})

test('SIMULATOR_WORLD_EXPOSED: others can read the keys', async () => {
  await saveWorld(world, directory)
  await chmod(join(directory, 'world.json'), 0o644)
  await expect(loadWorld(directory, NOW)).rejects.toMatchObject({ code: 'SIMULATOR_WORLD_EXPOSED' })
})

const damage: readonly [string, (text: string) => string][] = [
  ['no JSON', () => 'world'],
  ['null', () => 'null'],
  ['another format', (text) => text.replace('veritee-simulated', 'other')],
  ['another version', (text) => text.replace('"version": 1', '"version": 2')],
  ['a short seed', (text) => text.replace(/"seed": "..../, '"seed": "')],
  ['no FMSPC', (text) => text.replace('"fmspc"', '"fmspk"')],
  ['an unknown CA', (text) => text.replace('"processor"', '"root"')],
  ['a time that is none', (text) => text.replace(/"createdAt": \d+/, '"createdAt": -1')],
]
test.each(damage)('SIMULATOR_WORLD_INVALID: %s', async (_, change) => {
  await saveWorld(world, directory)
  const path = join(directory, 'world.json')
  await writeFile(path, change(await readFile(path, 'utf8')))
  await expect(loadWorld(directory, NOW)).rejects.toMatchObject({ code: 'SIMULATOR_WORLD_INVALID' })
})

test('SIMULATOR_WORLD_INVALID: nothing there', async () => {
  await expect(loadWorld(directory, NOW)).rejects.toMatchObject({ code: 'SIMULATOR_WORLD_INVALID' })
})
