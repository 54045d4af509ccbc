/** What TDX guests need of their surroundings, beside the device: kernel, collateral configuration, bounce buffers, debug state. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { release } from 'node:os'
import { join } from 'node:path'
import { isCodedError } from '@veritee/codec/error'
import { parseQcnl, type QcnlConfig } from '@veritee/collateral'
import { parseTdReport } from '@veritee/evidence/dcap'
import { parseQgsPort } from '@veritee/guest/qgs'
import { type RunProgram, readTdReport, runProgram, TDX_DEVICES } from '@veritee/guest/tdreport'
import { nameAttributes } from '../tdx/report-text.ts'
import type { Probe } from './probe.ts'
import { probeBounceBuffers } from './swiotlb.ts'

/** Where to look; tests give a machine of their own. */
export interface TdxSurroundings {
  /** Put before every path, default `/`. */
  readonly root?: string
  /** Of the kernel, as `uname -r` says. */
  readonly kernel?: string
  /** Path of the collateral configuration, default `/etc/sgx_default_qcnl.conf`. */
  readonly qcnlPath?: string
  readonly run?: RunProgram
}

/** What was found, and where collateral is configured to come from. */
export interface TdxEnvironment {
  readonly probes: readonly Probe[]
  /** Address of the configured collateral service. */
  readonly collateralUrl?: string
}

const QCNL_PATH = '/etc/sgx_default_qcnl.conf'
const ATTEST_CONFIG = '/etc/tdx-attest.conf'
/** Oldest kernel that TDX images of Alibaba Cloud Linux 3 run with. */
const ALINUX_KERNEL = [5, 10, 134, 16] as const
/** The guest driver is in Linux from here on. */
const LINUX_KERNEL = [6, 2] as const

/** Looks at the surroundings of a TDX guest; on any other machine it says what is missing there. */
export async function probeTdxEnvironment(surroundings: TdxSurroundings = {}): Promise<TdxEnvironment> {
  const { root = '/', kernel = release(), qcnlPath = QCNL_PATH, run = runProgram } = surroundings
  const isTdx = TDX_DEVICES.some((device) => existsSync(join(root, device)))
  const qcnl = await probeQcnl(join(root, qcnlPath), qcnlPath)
  const probes = [
    probeKernel(kernel, isTdx),
    await probeDebug(root, isTdx, run),
    qcnl.probe,
    await probeQuoteService(join(root, ATTEST_CONFIG)),
    ...(await probeBounceBuffers(root, isTdx, run)),
  ]
  const url = qcnl.config?.collateralService
  return { probes, ...(url === undefined || !/^https?:/.test(url) ? {} : { collateralUrl: url }) }
}

function probeKernel(kernel: string, isTdx: boolean): Probe {
  const numbers = kernel.split(/[.-]/).map((part) => (/^\d+$/.test(part) ? Number(part) : 0))
  const isAlinux = /\.(al8|alnx|alinux)/.test(kernel)
  const minimum: readonly number[] = isAlinux ? ALINUX_KERNEL : LINUX_KERNEL
  const needed = isAlinux ? '5.10.134-16.al8' : '6.2'
  const difference = minimum.map((part, index) => (numbers[index] ?? 0) - part).find((value) => value !== 0) ?? 0
  const id = 'tdx.kernel'
  if (difference >= 0) return { id, state: 'ok', what: `Linux ${kernel} (TDX guests need ${needed})` }
  const next = 'Choose an image for TDX guests with a newer kernel.'
  return {
    id,
    state: isTdx ? 'wrong' : 'missing',
    what: `Linux ${kernel} is older than TDX guests need (${needed})`,
    next,
  }
}

async function probeDebug(root: string, isTdx: boolean, run: RunProgram): Promise<Probe> {
  const id = 'tdx.debug'
  if (!isTdx) {
    const next =
      'Make a simulated guest: `veritee simulate tdx --out ./demo-tdx`, then `veritee tdx quote --attester simulated --world ./demo-tdx`.'
    return { id, state: 'missing', what: 'no TDX device, so no state to ask', next }
  }
  try {
    const devices = TDX_DEVICES.map((device) => join(root, device))
    const names = nameAttributes(parseTdReport(await readTdReport(new Uint8Array(64), { devices, run })))
    const isProtected = names.includes('NO_DEBUG')
    const what = `attributes ${names.join(' ')}`
    if (isProtected) return { id, state: 'ok', what }
    const next = 'Its host can read this guest: create the instance anew without debugging.'
    return { id, state: 'wrong', what, next }
  } catch (error) {
    if (!isCodedError(error)) throw error
    return { id, state: 'missing', what: `the TDX device gave no report (${error.code})`, next: 'Run as root.' }
  }
}

async function probeQcnl(path: string, shown: string): Promise<{ probe: Probe; config?: QcnlConfig }> {
  const id = 'qcnl'
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) {
    const next = `To use another service than Intel’s, write PCCS_URL=https://…/sgx/certification/v4/ into ${shown}.`
    return { probe: { id, state: 'missing', what: `no ${shown}: collateral comes from Intel`, next } }
  }
  try {
    const config = parseQcnl(text)
    return { probe: { id, state: 'ok', what: `${shown}: collateral from ${config.collateralService}` }, config }
  } catch (error) {
    if (!isCodedError(error)) throw error
    return { probe: { id, state: 'wrong', what: `${shown}: ${error.message} [${error.code}]`, next: error.next } }
  }
}

async function probeQuoteService(path: string): Promise<Probe> {
  const id = 'tdx.qgs'
  const port = parseQgsPort(await readFile(path, 'utf8').catch(() => ''))
  if (port !== undefined) return { id, state: 'ok', what: `${ATTEST_CONFIG}: quotes also over vsock, port ${port}` }
  return { id, state: 'missing', what: `${ATTEST_CONFIG} names no port: quotes come from the kernel alone` }
}
