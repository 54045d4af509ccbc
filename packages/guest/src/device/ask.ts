import { GuestError } from '../errors.ts'
import { type RunProgram, runProgram } from './run.ts'

/** What the scripts of a device exit with where the device refuses. */
export const REFUSED = 3

/** Programs that come with every distribution, each with a script that asks the device of its last argument. */
export type DeviceTools = readonly (readonly [program: string, ...args: string[]])[]

/** One question to a device that is reached with an ioctl alone. */
export interface DeviceQuestion {
  /** Devices to try in order. */
  readonly devices: readonly string[]
  readonly tools: DeviceTools
  readonly input: Uint8Array
  /** How many bytes the device answers. */
  readonly answerBytes: number
  /** What the answer is called, such as `a TDREPORT`. */
  readonly answerName: string
  /** Replaces the running of programs in tests. */
  readonly run?: RunProgram | undefined
}

/**
 * Asks a device through the first tool that is installed: Node has no ioctl.
 *
 * @throws GuestError GUEST_ATTESTER_UNAVAILABLE, with what each device and tool said
 */
export async function askDevice(question: DeviceQuestion): Promise<Uint8Array> {
  const { devices, tools, input, answerBytes, answerName, run = runProgram } = question
  const refusals: string[] = []
  for (const device of devices) {
    for (const [program, ...args] of tools) {
      const { status, stdout, stderr } = await run(program, [...args, device], input)
      if (status === 0 && stdout.length === answerBytes) return stdout
      refusals.push(
        `${device} with ${program}: ${status === undefined ? 'not installed' : stderr || `status ${status}`}`,
      )
      // What the kernel refuses one tool it refuses the other.
      if (status === REFUSED) break
    }
  }
  throw new GuestError('GUEST_ATTESTER_UNAVAILABLE', `The device did not give ${answerName}.`, {
    details: { path: devices.join(', '), expected: answerName, actual: refusals },
  })
}
