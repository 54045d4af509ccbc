/** What this machine is: runtime, kernel, clock and the traces of trusted execution environments. */
import { readFileSync } from 'node:fs'
import { release } from 'node:os'
import { detectTee } from '@veritee/guest/detect'
import type { Probe } from './probe.ts'

/** TDX guests report through configfs from Linux 6.7 on. */
const CONFIGFS_KERNEL = [6, 7] as const

/** A clock before this was never set: certificates of every vendor here are newer. */
const CLOCK_FLOOR = Date.UTC(2026, 0, 1) / 1000

/** @param now epoch seconds */
export async function probeMachine(now: number): Promise<Probe[]> {
  return [probeRuntime(), probeKernel(), probeClock(now), ...(await probeTee())]
}

function probeRuntime(): Probe {
  return { id: 'runtime', state: 'ok', what: `Node ${process.versions.node}, OpenSSL ${process.versions.openssl}` }
}

function probeKernel(): Probe {
  const [major = 0, minor = 0] = release().split('.').map(Number)
  const enough = major > CONFIGFS_KERNEL[0] || (major === CONFIGFS_KERNEL[0] && minor >= CONFIGFS_KERNEL[1])
  if (enough) return { id: 'kernel', state: 'ok', what: `Linux ${release()}` }
  return {
    id: 'kernel',
    state: 'missing',
    what: `Linux ${release()} has no report files in configfs (needs ${CONFIGFS_KERNEL.join('.')})`,
    next: 'Needed only inside a guest that proves itself: use a newer kernel there.',
  }
}

function probeClock(now: number): Probe {
  const shown = new Date(now * 1000).toISOString()
  if (now >= CLOCK_FLOOR) return { id: 'clock', state: 'ok', what: shown }
  return { id: 'clock', state: 'wrong', what: `${shown} lies before every certificate here`, next: 'Set the clock.' }
}

async function probeTee(): Promise<Probe[]> {
  const { tee, looked } = await detectTee()
  const summary: Probe =
    tee === undefined
      ? {
          id: 'tee',
          state: 'missing',
          what: 'this machine cannot make evidence of its own',
          next: 'Verifying, serving and simulated guests all work here: try `veritee simulate tdx --out ./demo-tdx`.',
        }
      : { id: 'tee', state: 'ok', what: `this machine can make ${tee} evidence` }
  const traces = looked.map(
    (trace): Probe => ({
      id: `tee.${trace.tee}.${trace.role}`,
      state: trace.found ? 'ok' : 'missing',
      what: `${trace.path}${trace.note === undefined ? '' : ` (${trace.note})`}`,
    }),
  )
  return [summary, ...traces, ...probeSecureBoot()]
}

/** The EFI variable holds four bytes of attributes, then the value. */
function probeSecureBoot(): Probe[] {
  const path = '/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c'
  try {
    const on = readFileSync(path)[4] === 1
    return [{ id: 'secureBoot', state: on ? 'ok' : 'missing', what: on ? 'Secure Boot is on' : 'Secure Boot is off' }]
  } catch {
    return [{ id: 'secureBoot', state: 'missing', what: 'no Secure Boot state: not booted through UEFI' }]
  }
}
