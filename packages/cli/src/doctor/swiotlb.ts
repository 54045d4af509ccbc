/** Bounce buffers: memory outside the protected part, through which a TDX guest reaches its devices. */
import { readFile } from 'node:fs/promises'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import type { RunProgram } from '@veritee/guest/tdreport'
import type { Probe } from './probe.ts'

const MIB = 1024 * 1024
/** The kernel counts slabs of 2 KiB. */
const SLABS_A_MIB = 512
/** What a TDX guest takes by itself: this part of its memory, up to 1 GiB. */
const DEFAULT_PART = 0.06
const DEFAULT_LIMIT_MIB = 1024
const FULL = 'swiotlb buffer is full'

/**
 * Size of the bounce buffers, and whether the kernel ran out of them: then with the parameter that doubles them. On a machine
 * that is no TDX guest nothing here is wrong.
 */
export async function probeBounceBuffers(root: string, isTdx: boolean, run: RunProgram): Promise<readonly Probe[]> {
  const sizeMib = await findSize(root, isTdx)
  const id = 'tdx.swiotlb'
  const size: Probe =
    sizeMib === undefined
      ? { id, state: 'missing', what: 'the size of the bounce buffers (SWIOTLB) is not known here' }
      : { id, state: 'ok', what: `bounce buffers (SWIOTLB) of about ${sizeMib} MiB, swiotlb=${sizeMib * SLABS_A_MIB}` }
  return [size, await probeLog(sizeMib, run)]
}

async function probeLog(sizeMib: number | undefined, run: RunProgram): Promise<Probe> {
  const id = 'tdx.swiotlb.full'
  const { status, stdout } = await run('dmesg', [], new Uint8Array())
  if (status !== 0) {
    return {
      id,
      state: 'missing',
      what: 'the kernel log cannot be read',
      next: 'Run as root, or look with `sudo dmesg`.',
    }
  }
  if (!new TextDecoder().decode(stdout).includes(FULL)) {
    return { id, state: 'ok', what: `the kernel log does not say "${FULL}"` }
  }
  const wanted = Math.max(2 * (sizeMib ?? 0), DEFAULT_LIMIT_MIB)
  return {
    id,
    state: 'wrong',
    what: `the kernel log says "${FULL}"`,
    next: `Take a disk snapshot, add swiotlb=${wanted * SLABS_A_MIB} (${wanted} MiB times 512) to GRUB_CMDLINE_LINUX in /etc/default/grub, write grub.cfg anew with grub2-mkconfig, then stop and start the instance.`,
  }
}

/** As the kernel says, else as its command line asked for, else what a TDX guest takes by itself. */
async function findSize(root: string, isTdx: boolean): Promise<number | undefined> {
  const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8').catch(() => '')
  const slabs =
    Number.parseInt(await read('/sys/kernel/debug/swiotlb/io_tlb_nslabs'), 10) ||
    Number(/\bswiotlb=(\d{1,10})/.exec(await read('/proc/cmdline'))?.[1])
  if (slabs > 0) return Math.round(slabs / SLABS_A_MIB)
  if (!isTdx) return undefined
  const kib = Number(/^MemTotal:\s*(\d+) kB/m.exec(await read('/proc/meminfo'))?.[1])
  const memoryMib = kib > 0 ? kib / 1024 : totalmem() / MIB
  return Math.round(Math.min(memoryMib * DEFAULT_PART, DEFAULT_LIMIT_MIB))
}
