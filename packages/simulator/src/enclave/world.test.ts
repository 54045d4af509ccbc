import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseJson } from '@veritee/codec/json'
import { EVIDENCE_ERRORS } from '@veritee/evidence'
import {
  appraiseEnclave,
  claimsOfEnclave,
  type EnclaveDocument,
  parseEnclaveDocument,
  parseEnclaveEvidence,
  verifyEnclaveDocument,
} from '@veritee/evidence/enclave'
import { expect, test } from 'vitest'
import { codeOf } from '../../../../testkit/twins.ts'
import {
  createEnclaveWorld,
  ENCLAVE_BREAKAGES,
  ENCLAVE_UNACCEPTED,
  ENCLAVE_UNBREAKABLE,
  type EnclaveCase,
  loadEnclaveWorld,
  saveEnclaveWorld,
} from './index.ts'

const NOW = 1_790_000_000
const world = createEnclaveWorld({ now: NOW, seed: 'enclave' })

function parseCase({ document, evidence }: EnclaveCase): EnclaveDocument {
  return evidence === undefined ? parseEnclaveDocument(document) : parseEnclaveEvidence(evidence)
}

const verifyCase = async (made: EnclaveCase) =>
  verifyEnclaveDocument(parseCase(made), { now: made.now, roots: [made.root] })

test('a document is genuine and simulated', async () => {
  const issued = parseJson(JSON.stringify(world.issueEvidence({ nonce: 'c0ffee', pcr0: 'ab'.repeat(48) })))
  const verified = await verifyEnclaveDocument(parseEnclaveEvidence(issued), { now: NOW, roots: [world.root] })
  expect(verified).toMatchObject({ simulated: true, root: 'Veritee simulated enclave root' })
  expect(claimsOfEnclave(verified.document)).toMatchObject({ nonce: 'c0ffee', pcr0: 'ab'.repeat(48) })
  expect(appraiseEnclave(verified)).toEqual([])
})

test('ENCLAVE_CHAIN_ROOT: nobody trusts it unasked', async () => {
  const document = parseEnclaveDocument(world.issueDocument())
  expect(await codeOf(() => verifyEnclaveDocument(document, { now: NOW }))).toBe('ENCLAVE_CHAIN_ROOT')
})

test.each(ENCLAVE_BREAKAGES)('$code: $title', async ({ code, apply }) => {
  expect(await codeOf(() => verifyCase(apply(world)))).toBe(code)
})

test.each(ENCLAVE_UNACCEPTED)('$code: $title', async ({ code, apply }) => {
  expect(appraiseEnclave(await verifyCase(apply(world))).map((finding) => finding.code)).toEqual([code])
})

test('every code of the enclave room has one broken case, or a reason why no document raises it', () => {
  const room = Object.keys(EVIDENCE_ERRORS).filter((code) => code.startsWith('ENCLAVE_'))
  const covered = [...ENCLAVE_BREAKAGES.map(({ code }) => code), ...Object.keys(ENCLAVE_UNBREAKABLE)]
  expect(covered.toSorted()).toEqual(room.toSorted())
})

test('SIMULATOR_VALUE_INVALID: a nonce that is too long', async () => {
  expect(await codeOf(() => world.issueDocument({ nonce: new Uint8Array(512) }))).toBe('accepted')
  expect(await codeOf(() => world.issueDocument({ nonce: new Uint8Array(513) }))).toBe('SIMULATOR_VALUE_INVALID')
})

test('is the same when loaded', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'enclave-world-'))
  try {
    await saveEnclaveWorld(world, directory)
    expect((await loadEnclaveWorld(directory, NOW)).issueDocument()).toEqual(world.issueDocument())
  } finally {
    await rm(directory, { recursive: true })
  }
})
