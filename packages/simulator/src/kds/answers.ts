/** The right answers of the key distribution services of AMD and Hygon. */
import { encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import type { CsvWorld } from '../csv/types.ts'
import type { PccsAnswer } from '../pccs/answers.ts'
import type { SnpWorld } from '../snp/types.ts'

/** Worlds whose certificates are served. */
export interface KdsWorlds {
  readonly snp?: readonly SnpWorld[]
  readonly csv?: readonly CsvWorld[]
}

const AMD_ROUTE = /^\/(vcek|vlek)\/v1\/([A-Za-z]+)\/([0-9a-f]+|cert_chain|crl)$/

export function answerRequest({ snp = [], csv = [] }: KdsWorlds, url: URL): PccsAnswer {
  if (url.pathname === '/hsk_cek') return answerHygon(csv, url.searchParams.get('snumber'))
  const route = AMD_ROUTE.exec(url.pathname)
  if (route === null) return refuse(404)
  const [, kind, product, resource] = route as unknown as [string, 'vcek' | 'vlek', string, string]
  const world = snp.find((entry) => entry.product === product)
  if (world === undefined) return refuse(404)
  if (resource === 'cert_chain') return answer(encodeUtf8(world.chain(kind)), 'application/x-pem-file')
  if (resource === 'crl') return answer(world.crl(), 'application/pkix-crl')
  if (kind === 'vlek') return refuse(404)
  const chip = snp.find((entry) => entry.product === product && encodeHex(entry.hardwareId) === resource)
  return chip === undefined ? refuse(404) : answerVcek(chip, url.searchParams)
}

/** The service has a certificate for every TCB; the simulated chip has one. */
function answerVcek({ tcb, certificate }: SnpWorld, query: URLSearchParams): PccsAnswer {
  const wanted = {
    ...(tcb.fmc === undefined ? {} : { fmcSPL: tcb.fmc }),
    blSPL: tcb.bootloader,
    teeSPL: tcb.tee,
    snpSPL: tcb.snp,
    ucodeSPL: tcb.microcode,
  }
  const texts = Object.entries(wanted).map(([name, level]) => [name, String(level).padStart(2, '0')] as const)
  if ([...query.keys()].length !== texts.length || texts.some(([name]) => !query.has(name))) return refuse(400)
  if (texts.some(([name, level]) => query.get(name) !== level)) return refuse(404)
  return answer(certificate(), 'application/octet-stream')
}

function answerHygon(worlds: readonly CsvWorld[], serialNumber: string | null): PccsAnswer {
  if (serialNumber === null || serialNumber === '') return refuse(400)
  const world = worlds.find((entry) => entry.serialNumber === serialNumber)
  return world === undefined ? refuse(404) : answer(world.hskCek, 'application/octet-stream')
}

function answer(body: Uint8Array, type: string): PccsAnswer {
  return { status: 200, headers: { 'Content-Type': type }, body }
}

function refuse(status: number): PccsAnswer {
  return { status, headers: { 'Content-Type': 'text/plain' }, body: encodeUtf8('refused') }
}
