import { askDevice, type DeviceTools, REFUSED } from '../device/ask.ts'
import type { RunProgram } from '../device/run.ts'

/** Where the kernel offers the secure processor to a Hygon CSV guest: there is no file of reports for it, only an ioctl. */
export const CSV_DEVICES: readonly string[] = ['/dev/csv-guest']

const PAGE_BYTES = 4096
/** _IOWR('D', 1, {u64 address; u32 length; u32 padding}) (specification page csv-tpm-coco, section 1.9). */
const GET_REPORT = '0xc0104401'

/** Each reads a request from its input, hands the device a page that begins with it, and writes what the page holds then. */
const TOOLS: DeviceTools = [
  [
    '/usr/bin/python3',
    '-I',
    '-c',
    [
      'import ctypes,fcntl,os,struct,sys',
      'try:',
      ` b=ctypes.create_string_buffer(sys.stdin.buffer.read(${PAGE_BYTES}),${PAGE_BYTES})`,
      ' f=os.open(sys.argv[1],os.O_RDWR)',
      ` fcntl.ioctl(f,${GET_REPORT},struct.pack("QII",ctypes.addressof(b),${PAGE_BYTES},0))`,
      'except OSError as e:',
      ' sys.stderr.write(str(e.strerror))',
      ` sys.exit(${REFUSED})`,
      'sys.stdout.buffer.write(b.raw)',
    ].join('\n'),
  ],
  [
    '/usr/bin/perl',
    '-e',
    [
      'binmode STDIN;binmode STDOUT;',
      `read(STDIN,$b,${PAGE_BYTES});$b.="\\0"x(${PAGE_BYTES}-length $b);`,
      `open($f,"+<",$ARGV[0]) or do{print STDERR "$!";exit ${REFUSED}};`,
      `$r=pack("QLL",unpack("Q",pack("P",$b)),${PAGE_BYTES},0);`,
      `ioctl($f,${GET_REPORT},$r) or do{print STDERR "$!";exit ${REFUSED}};`,
      'print $b;',
    ].join(''),
  ],
]

export interface CsvDeviceOptions {
  /** Devices to try in order; default {@link CSV_DEVICES}. */
  readonly devices?: readonly string[]
  /** Replaces the running of programs in tests. */
  readonly run?: RunProgram
}

/**
 * The page that the secure processor answers a request with, 4096 bytes, with the sealing key of the guest inside: close
 * it before it goes anywhere.
 *
 * @throws GuestError GUEST_ATTESTER_UNAVAILABLE
 */
export async function readCsvPage(request: Uint8Array, options: CsvDeviceOptions = {}): Promise<Uint8Array> {
  const { devices = CSV_DEVICES, run } = options
  return await askDevice({
    devices,
    tools: TOOLS,
    input: request,
    answerBytes: PAGE_BYTES,
    answerName: 'a CSV report',
    run,
  })
}
