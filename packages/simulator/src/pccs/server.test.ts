import { X509Certificate } from 'node:crypto'
import { decodeHex, encodeHex } from '@veritee/codec/bytes'
import { parsePem } from '@veritee/codec/pem'
import { parseQeIdentity, parseTcbInfo, splitSignedDocument } from '@veritee/evidence/dcap/collateral'
import { afterEach, describe, expect, test } from 'vitest'
import { ROOT_CRL_URI } from '../dcap/authorities.ts'
import { createDcapWorld } from '../dcap/world.ts'
import { type PccsOptions, type RunningPccs, servePccs } from './index.ts'

const NOW = 1_790_000_000
const world = createDcapWorld({ now: NOW, seed: 'pccs' })
const { fmspc } = world.recipe
const opened: RunningPccs[] = []

afterEach(async () => {
  for (const pccs of opened.splice(0)) await pccs.close()
})

async function serve(options: PccsOptions = {}): Promise<RunningPccs> {
  const pccs = await servePccs(world, options)
  opened.push(pccs)
  return pccs
}

async function request(path: string, pccs?: RunningPccs): Promise<Response> {
  return await fetch(`${(pccs ?? (await serve())).url}${path}`, { redirect: 'manual' })
}

describe('routes', () => {
  test.each(['sgx', 'tdx'] as const)('%s tcb of version 4', async (tee) => {
    const response = await request(`/${tee}/certification/v4/tcb?fmspc=${fmspc}`)
    const { text } = splitSignedDocument(await response.text(), 'tcbInfo')
    expect(parseTcbInfo(text)).toMatchObject({ version: 3, id: tee.toUpperCase(), tcbEvaluationDataNumber: 18 })
    const chain = decodeURIComponent(response.headers.get('TCB-Info-Issuer-Chain')!)
    expect(parsePem(chain)).toHaveLength(2)
    expect(response.headers.get('Request-ID')).toMatch(/^[0-9a-f]{32}$/)
  })

  test('sgx tcb of version 3', async () => {
    const response = await request(`/sgx/certification/v3/tcb?fmspc=${fmspc}`)
    const { text } = splitSignedDocument(await response.text(), 'tcbInfo')
    expect(parseTcbInfo(text).version).toBe(2)
    expect(response.headers.has('SGX-TCB-Info-Issuer-Chain')).toBe(true)
  })

  test.each([
    ['sgx', 'QE'],
    ['tdx', 'TD_QE'],
  ])('%s qe/identity', async (tee, id) => {
    const response = await request(`/${tee}/certification/v4/qe/identity?update=early`)
    const { text } = splitSignedDocument(await response.text(), 'enclaveIdentity')
    expect(parseQeIdentity(text)).toMatchObject({ id, tcbEvaluationDataNumber: 19 })
    expect(response.headers.has('SGX-Enclave-Identity-Issuer-Chain')).toBe(true)
  })

  test('pckcrl as DER, PEM and hexadecimal text', async () => {
    const pccs = await serve()
    const der = await (await request('/sgx/certification/v4/pckcrl?ca=platform&encoding=der', pccs)).bytes()
    const pem = await (await request('/sgx/certification/v4/pckcrl?ca=platform', pccs)).text()
    const hex = await (await request('/sgx/certification/v3/pckcrl?ca=platform', pccs)).text()
    expect(parsePem(pem)[0]?.der).toEqual(new Uint8Array(der))
    expect(decodeHex(hex)).toEqual(new Uint8Array(der))
    const other = await request('/sgx/certification/v4/pckcrl?ca=processor', pccs)
    const chain = decodeURIComponent(other.headers.get('SGX-PCK-CRL-Issuer-Chain')!)
    expect(new X509Certificate(chain).subject).toContain('Intel SGX PCK Processor CA')
  })

  test('root CRL as hexadecimal text and by its distribution point', async () => {
    const pccs = await serve()
    const hex = await (await request('/sgx/certification/v4/rootcacrl', pccs)).text()
    const der = await (await request(`/sgx/certification/v4/crl?uri=${encodeURIComponent(ROOT_CRL_URI)}`, pccs)).bytes()
    expect(encodeHex(der)).toBe(hex)
  })

  test('pckcert of the platform', async () => {
    const qeId = encodeHex(world.draft('sgx').quote.userData.subarray(0, 16))
    const response = await request(`/sgx/certification/v4/pckcert?qeid=${qeId}&cpusvn=00&pcesvn=0000&pceid=0000`)
    expect(new X509Certificate(await response.text()).subject).toContain('Intel SGX PCK Certificate')
    expect(response.headers.get('SGX-FMSPC')).toBe(fmspc.toUpperCase())
    expect(response.headers.get('SGX-PCK-Certificate-CA-Type')).toBe('platform')
    expect(response.headers.get('SGX-TCBm')).toMatch(/^[0-9a-f]{36}$/)
  })

  test.each([
    [400, '/sgx/certification/v4/tcb'],
    [400, '/sgx/certification/v4/tcb?fmspc=00'],
    [400, '/sgx/certification/v4/tcb?fmspc=000000000000&update=late'],
    [400, '/sgx/certification/v4/tcb?fmspc=000000000000&update=early&tcbEvaluationDataNumber=18'],
    [400, '/sgx/certification/v4/pckcrl?ca=root'],
    [404, '/sgx/certification/v4/tcb?fmspc=000000000000'],
    [404, '/tdx/certification/v3/tcb?fmspc=000000000000'],
    [404, `/sgx/certification/v4/tcb?fmspc=000000000000&tcbEvaluationDataNumber=20`],
    [410, `/sgx/certification/v4/tcb?fmspc=000000000000&tcbEvaluationDataNumber=17`],
    [404, '/sgx/certification/v4/crl?uri=https://elsewhere.example'],
    [461, '/sgx/certification/v4/pckcert?qeid=00&pceid=0000'],
    [404, '/'],
  ])('%i for %s', async (status, path) => {
    expect((await request(path)).status).toBe(status)
  })

  test('by evaluation data number', async () => {
    const pccs = await serve()
    for (const number of [18, 19]) {
      const path = `/tdx/certification/v4/tcb?fmspc=${fmspc}&tcbEvaluationDataNumber=${number}`
      const { text } = splitSignedDocument(await (await request(path, pccs)).text(), 'tcbInfo')
      expect(parseTcbInfo(text).tcbEvaluationDataNumber).toBe(number)
    }
  })
})

describe('faults', () => {
  const path = `/tdx/certification/v4/tcb?fmspc=${fmspc}`

  test('meet the requests they are for, so often and no more', async () => {
    const pccs = await serve()
    pccs.inject({ kind: 'status', status: 503, on: '/tcb', times: 1 })
    expect((await request('/sgx/certification/v4/rootcacrl', pccs)).status).toBe(200)
    expect((await request(path, pccs)).status).toBe(503)
    expect((await request(path, pccs)).status).toBe(200)
  })

  test('can be taken back', async () => {
    const pccs = await serve()
    const takeBack = pccs.inject({ kind: 'status', status: 500 })
    expect((await request(path, pccs)).status).toBe(500)
    takeBack()
    expect((await request(path, pccs)).status).toBe(200)
  })

  test('stale data is what was right then', async () => {
    const pccs = await serve()
    pccs.inject({ kind: 'stale', ageSeconds: 10 * 86_400 })
    const { text } = splitSignedDocument(await (await request(path, pccs)).text(), 'tcbInfo')
    expect(text).toBe(world.at(NOW - 10 * 86_400).collateral('tdx').tcb_info)
  })

  test('SIMULATOR_PCCS_UNREADY: a port that is taken', async () => {
    const { url } = await serve()
    await expect(serve({ port: Number(new URL(url).port) })).rejects.toMatchObject({ code: 'SIMULATOR_PCCS_UNREADY' })
  })
})
