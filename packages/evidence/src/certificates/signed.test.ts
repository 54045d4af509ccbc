import { parsePem } from '@veritee/codec/pem'
import { parseCertificate } from '@veritee/codec/x509'
import { createSnpWorld } from '@veritee/simulator/snp'
import { expect, test } from 'vitest'
import { isSignedBy } from './signed.ts'

const world = createSnpWorld({ now: 1_790_000_000, seed: 'signed', authorityBits: 2048 })
const [intermediate, root] = parsePem(world.chain()).map(({ der }) => parseCertificate(der))

test('a key that signed is remembered, and no other is taken for it', async () => {
  const leaf = parseCertificate(world.certificate())
  expect(await isSignedBy(leaf, root!.publicKey)).toBe(false)
  expect(await isSignedBy(leaf, intermediate!.publicKey)).toBe(true)
  expect(await isSignedBy(leaf, intermediate!.publicKey)).toBe(true)
  expect(await isSignedBy(leaf, root!.publicKey)).toBe(false)
  expect(await isSignedBy(leaf, leaf.publicKey)).toBe(false)
})

test('a certificate that was changed is another, whatever was remembered of the first', async () => {
  const der = world.certificate()
  expect(await isSignedBy(parseCertificate(der), intermediate!.publicKey)).toBe(true)
  const changed = der.with(der.length - 1, der.at(-1)! ^ 1)
  expect(await isSignedBy(parseCertificate(changed), intermediate!.publicKey)).toBe(false)
})
