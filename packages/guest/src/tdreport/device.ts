import { askDevice, type DeviceTools, REFUSED } from '../device/ask.ts'
import type { RunProgram } from '../device/run.ts'
import { GuestError } from '../errors.ts'

/** Where the kernel offers the TDX module to a guest; the second name is of older kernels. */
export const TDX_DEVICES: readonly string[] = ['/dev/tdx_guest', '/dev/tdx-guest']

const REPORT_DATA_BYTES = 64
const REPORT_BYTES = 1024
/** TDX_CMD_GET_REPORT0: _IOWR('T', 1, 1088 bytes) (specification page, section 2.1). */
const GET_REPORT = '0xc4405401'

/**
 * Node has no ioctl, and these two come with every distribution: each reads 64 bytes of report data from its input, asks
 * the device that its argument names, and writes the 1024 bytes of the report.
 */
const TOOLS: DeviceTools = [
  [
    '/usr/bin/python3',
    '-I',
    '-c',
    [
      'import fcntl,os,sys',
      'try:',
      ' b=bytearray(sys.stdin.buffer.read(64)+bytes(1024))',
      ' f=os.open(sys.argv[1],os.O_RDWR)',
      ` fcntl.ioctl(f,${GET_REPORT},b,True)`,
      'except OSError as e:',
      ' sys.stderr.write(str(e.strerror))',
      ` sys.exit(${REFUSED})`,
      'sys.stdout.buffer.write(bytes(b[64:]))',
    ].join('\n'),
  ],
  [
    '/usr/bin/perl',
    '-e',
    [
      'binmode STDIN;binmode STDOUT;',
      'read(STDIN,$d,64);$b=$d."\\0"x1024;',
      `open($f,"+<",$ARGV[0]) or do{print STDERR "$!";exit ${REFUSED}};`,
      `ioctl($f,${GET_REPORT},$b) or do{print STDERR "$!";exit ${REFUSED}};`,
      'print substr($b,64);',
    ].join(''),
  ],
]

export interface TdReportOptions {
  /** Devices to try in order; default {@link TDX_DEVICES}. */
  readonly devices?: readonly string[]
  /** Replaces the running of programs in tests. */
  readonly run?: RunProgram
}

/**
 * A TDREPORT of this guest from the TDX device, 1024 bytes. It is local: another machine can check its hashes and not its
 * MAC. For evidence ask for a quote.
 *
 * @param reportData 1 to 64 bytes, zeros behind them
 * @throws GuestError GUEST_ATTESTER_REPORT_DATA_INVALID, GUEST_ATTESTER_UNAVAILABLE, GUEST_ATTESTER_QUOTE_FAILED
 */
export async function readTdReport(reportData: Uint8Array, options: TdReportOptions = {}): Promise<Uint8Array> {
  const { devices = TDX_DEVICES, run } = options
  if (reportData.length < 1 || reportData.length > REPORT_DATA_BYTES) {
    throw new GuestError('GUEST_ATTESTER_REPORT_DATA_INVALID', undefined, {
      details: { path: 'reportData', expected: '1 to 64 bytes', actual: `${reportData.length} bytes` },
    })
  }
  const input = new Uint8Array(REPORT_DATA_BYTES)
  input.set(reportData)
  return await askDevice({ devices, tools: TOOLS, input, answerBytes: REPORT_BYTES, answerName: 'a TDREPORT', run })
}
