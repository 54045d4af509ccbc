/** Commands and responses, big-endian (TPM 2.0 Library, Part 1, section 18; Part 3). */
import { setTimeout as wait } from 'node:timers/promises'
import { ByteCursor, concatBytes, u16be, u32be } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { GuestError } from '../errors.ts'
import type { TpmDevice } from './device.ts'

/** Command codes that are used here. */
export const COMMAND = {
  createPrimary: 0x131,
  pcrReset: 0x13d,
  activateCredential: 0x147,
  nvRead: 0x14e,
  policySecret: 0x151,
  quote: 0x158,
  flushContext: 0x165,
  nvReadPublic: 0x169,
  readPublic: 0x173,
  startAuthSession: 0x176,
  pcrRead: 0x17e,
  pcrExtend: 0x182,
} as const

export type CommandName = keyof typeof COMMAND

/** Fixed handles. */
export const HANDLE = {
  owner: 0x4000_0001,
  null: 0x4000_0007,
  password: 0x4000_0009,
  endorsement: 0x4000_000b,
} as const

const TAG_SESSIONS = 0x8002
const TAG_NO_SESSIONS = 0x8001
const HEADER_BYTES = 10
const CONTINUE_SESSION = 1
/** TPM_RC_YIELDED, TPM_RC_TESTING, TPM_RC_RETRY. */
const BUSY: readonly number[] = [0x908, 0x90a, 0x922]
const ATTEMPTS = 10
const PAUSE_MS = 20

/** What authorises the use of a handle: its password, or a policy session. */
export type Authorization = { readonly password: Uint8Array } | { readonly session: number }

/** The empty password that objects and hierarchies have unless somebody set another. */
export const NO_PASSWORD: Authorization = Object.freeze({ password: new Uint8Array() })

/** A command before it is written. */
export interface TpmCommand {
  readonly name: CommandName
  readonly handles?: readonly number[]
  /** One for each handle that wants authorisation, in order. */
  readonly authorizations?: readonly Authorization[]
  readonly parameters?: readonly Uint8Array[]
  /** How many handles the response begins with. Default 0. */
  readonly responseHandles?: 0 | 1
}

/** Handles and parameters of a response that says success. */
export interface TpmResponse {
  readonly handles: readonly number[]
  readonly parameters: ByteCursor
}

/**
 * Runs a command.
 *
 * Throws GUEST_TPM_REFUSED with the TPM's own code, GUEST_TPM_RESPONSE_INVALID, and what the device throws.
 */
export async function runCommand(device: TpmDevice, command: TpmCommand): Promise<TpmResponse> {
  const encoded = encodeCommand(command)
  let bytes = await device.send(encoded)
  for (let attempt = 1; attempt < ATTEMPTS && isBusy(bytes); attempt++) {
    await wait(PAUSE_MS * attempt)
    bytes = await device.send(encoded)
  }
  return readResponse(command.name, () => parseResponse(command, bytes))
}

/** A TPM that is busy says so, and wants the same command again. */
function isBusy(response: Uint8Array): boolean {
  if (response.length !== HEADER_BYTES) return false
  return BUSY.includes(new DataView(response.buffer, response.byteOffset).getUint32(6))
}

/** Runs a reader over a response; a fault of its form is this package's error. */
export function readResponse<T>(name: CommandName, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof GuestError || !isCodedError(cause)) throw cause
    throw new GuestError('GUEST_TPM_RESPONSE_INVALID', undefined, { details: { path: name }, cause })
  }
}

/** TPM2B: a size and the bytes. */
export function sized(bytes: Uint8Array): Uint8Array {
  return concatBytes(u16be(bytes.length), bytes)
}

/** The bytes of a TPM2B. */
export function takeSized(cursor: ByteCursor): Uint8Array {
  return cursor.take(cursor.u16be())
}

export function encodeCommand({ name, handles = [], authorizations = [], parameters = [] }: TpmCommand): Uint8Array {
  const areas = concatBytes(...authorizations.map(encodeAuthorization))
  const body = concatBytes(
    ...handles.map(u32be),
    ...(authorizations.length === 0 ? [] : [u32be(areas.length), areas]),
    ...parameters,
  )
  const tag = authorizations.length === 0 ? TAG_NO_SESSIONS : TAG_SESSIONS
  return concatBytes(u16be(tag), u32be(HEADER_BYTES + body.length), u32be(COMMAND[name]), body)
}

function encodeAuthorization(authorization: Authorization): Uint8Array {
  const none = sized(new Uint8Array())
  return 'password' in authorization
    ? concatBytes(u32be(HANDLE.password), none, Uint8Array.of(0), sized(authorization.password))
    : concatBytes(u32be(authorization.session), none, Uint8Array.of(CONTINUE_SESSION), none)
}

function parseResponse({ name, responseHandles = 0 }: TpmCommand, bytes: Uint8Array): TpmResponse {
  const cursor = new ByteCursor(bytes)
  const tag = cursor.u16be()
  const size = cursor.u32be()
  const code = cursor.u32be()
  if (size !== bytes.length)
    throw new GuestError('GUEST_TPM_RESPONSE_INVALID', undefined, {
      details: { path: name, expected: size, actual: bytes.length },
    })
  if (code !== 0) {
    const actual = `0x${code.toString(16).padStart(3, '0')}`
    throw new GuestError('GUEST_TPM_REFUSED', `The TPM refuses ${name}: code ${actual}.`, {
      details: { path: name, expected: '0x000', actual },
    })
  }
  const handles = Array.from({ length: responseHandles }, () => cursor.u32be())
  if (tag !== TAG_SESSIONS) return { handles, parameters: cursor }
  const parameterBytes = cursor.u32be()
  return { handles, parameters: new ByteCursor(cursor.take(parameterBytes)) }
}
