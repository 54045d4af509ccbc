/** Numbers of an elliptic-curve signature at their limits, in the kinds whose rooms have no table of them: none is a signature. */
import { concatBytes, decodeHex, reverseBytes } from '@veritee/codec/bytes'
import { type CborValue, decodeCbor, encodeCbor } from '@veritee/codec/cbor'
import { createDcuWorld } from '@veritee/simulator/dcu'
import { createEnclaveWorld } from '@veritee/simulator/enclave'
import { createGpuWorld } from '@veritee/simulator/gpu'
import { describe, expect, test } from 'vitest'
import { codeOf } from '../../../testkit/twins.ts'
import { parseHskCek } from '../src/csv/index.ts'
import { parseDcuEvidence, verifyDcuReports } from '../src/dcu/index.ts'
import { parseEnclaveDocument, verifyEnclaveDocument } from '../src/enclave/index.ts'
import { parseGpuReport, verifyGpuDevice } from '../src/gpu/index.ts'

const options = { now: 1_790_000_000, seed: 'signatures' }
const P384_ORDER = decodeHex(
  'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
)
const SM2_ORDER = decodeHex('fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123')

/** r and s, one of them at a limit, most significant byte first. */
function limitsOf(order: Uint8Array, r: Uint8Array, s: Uint8Array) {
  const zero = new Uint8Array(order.length)
  const most = new Uint8Array(order.length).fill(0xff)
  return [
    ['r of zero', zero, s],
    ['s of zero', r, zero],
    ['r of the order', order, s],
    ['s of the order', r, order],
    ['r beyond the order', most, s],
    ['s beyond the order', r, most],
  ] as const
}

describe('GPU_SIGNATURE_INVALID', () => {
  const world = createGpuWorld(options)
  const report = world.issueReport()
  const body = report.subarray(0, -96)
  const verify = (r: Uint8Array, s: Uint8Array) =>
    verifyGpuDevice(
      { architecture: 'HOPPER', report: parseGpuReport(concatBytes(body, r, s)), chain: world.chain },
      { now: options.now, roots: [world.root] },
    )
  const [genuineR, genuineS] = [report.slice(-96, -48), report.slice(-48)]

  test.each(limitsOf(P384_ORDER, genuineR, genuineS))('%s', async (_name, r, s) => {
    expect(await codeOf(() => verify(genuineR, genuineS))).toBe('accepted')
    expect(await codeOf(() => verify(r, s))).toBe('GPU_SIGNATURE_INVALID')
  })
})

describe('ENCLAVE_SIGNATURE_INVALID', () => {
  const world = createEnclaveWorld(options)
  const parts = decodeCbor(world.issueDocument()) as readonly CborValue[]
  const signature = parts[3] as Uint8Array
  const verify = (r: Uint8Array, s: Uint8Array) => {
    const document = parseEnclaveDocument(encodeCbor(parts.with(3, concatBytes(r, s))))
    return verifyEnclaveDocument(document, { now: options.now, roots: [world.root] })
  }
  const [genuineR, genuineS] = [signature.slice(0, 48), signature.slice(48)]

  test.each(limitsOf(P384_ORDER, genuineR, genuineS))('%s', async (_name, r, s) => {
    expect(await codeOf(() => verify(genuineR, genuineS))).toBe('accepted')
    expect(await codeOf(() => verify(r, s))).toBe('ENCLAVE_SIGNATURE_INVALID')
  })
})

describe('DCU_SIGNATURE_INVALID', () => {
  const world = createDcuWorld(options)
  const [report] = world.issueEvidence()['attestation_reports'] as [{ body: object; sig: { r: number[]; s: number[] } }]
  const stored = (number: Uint8Array) => [...reverseBytes(number), ...new Array<number>(40).fill(0)]
  const read = (numbers: readonly number[]) => reverseBytes(Uint8Array.from(numbers.slice(0, 32)))
  const verify = (r: Uint8Array, s: Uint8Array) => {
    const evidence = { attestation_reports: [{ body: report.body, sig: { r: stored(r), s: stored(s) } }] }
    return verifyDcuReports(parseDcuEvidence(evidence), { chips: [parseHskCek(world.hskCek)], roots: [world.root] })
  }
  const [genuineR, genuineS] = [read(report.sig.r), read(report.sig.s)]

  test.each(limitsOf(SM2_ORDER, genuineR, genuineS))('%s', async (_name, r, s) => {
    expect(await codeOf(() => verify(genuineR, genuineS))).toBe('accepted')
    expect(await codeOf(() => verify(r, s))).toBe('DCU_SIGNATURE_INVALID')
  })
})
