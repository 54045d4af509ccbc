/** Intel's SGX extension of a PCK certificate. */
import { CodecError } from '@veritee/codec'
import { type DerElement, DerReader, TAG } from '@veritee/codec/der'
import { EvidenceError, type EvidenceErrorCode } from '../../errors.ts'
import type { PckConfiguration, PckExtension, SgxType } from './types.ts'

/** Object identifier of the extension. */
export const PCK_EXTENSION_OID = '1.2.840.113741.1.13.1'

const TCB_COMPONENTS = 16
const COMPONENTS: readonly string[] = Array.from({ length: TCB_COMPONENTS }, (_, i) => `2.${i + 1}`)
const PCESVN = '2.17'
const CPUSVN = '2.18'
const TCB_MEMBERS: readonly string[] = [...COMPONENTS, PCESVN, CPUSVN]
const MEMBERS: readonly string[] = ['1', '2', '3', '4', '5', '6', '7']
const SGX_TYPES: readonly SgxType[] = ['Standard', 'Scalable', 'ScalableWithIntegrity']

/** How the extension is read. */
export interface PckExtensionOptions {
  /** The Platform CA issues certificates with platform instance id and configuration: require both. */
  readonly platformMembers?: boolean
  /** Reads by parity rules. Default false. */
  readonly parity?: boolean
}

/** Members by what follows the extension's own identifier, such as `2.17`. */
type PckMembers = ReadonlyMap<string, DerElement>

/**
 * Reads the value of the SGX extension (specification page, sections 4.3 and 9). Refuses members that are missing,
 * unknown or named twice, and SVNs out of range.
 *
 * Throws DCAP_PCK_EXTENSION_INVALID and DCAP_PCK_EXTENSION_MISSING.
 */
export function parsePckExtension(value: Uint8Array, options: PckExtensionOptions = {}): PckExtension {
  const parity = options.parity === true
  try {
    return readExtension(value, options.platformMembers === true && !parity, parity)
  } catch (cause) {
    if (!(cause instanceof CodecError)) throw cause
    throw refuse('DCAP_PCK_EXTENSION_INVALID', undefined, 'DER as Intel specifies it', cause.message, cause)
  }
}

function readExtension(value: Uint8Array, platformMembers: boolean, parity: boolean): PckExtension {
  const outer = new DerReader(value)
  const members = readMembers(outer.readSequence(), '', parity)
  if (!parity) outer.expectEnd()
  expectMembers(members, MEMBERS, parity)
  if (members.size !== 5 && members.size !== 7 && !parity) throw missing('', '5 or 7 members', members.size)
  if (platformMembers && members.size !== 7) throw missing('', '7 members (Platform CA)', members.size)
  const tcb = readMembers(within(members, '2', TAG.sequence), '2', parity)
  expectMembers(tcb, TCB_MEMBERS, parity)
  const platformInstanceId = parity ? undefined : optionalOctets(members, '6', 16)
  const configuration = parity ? undefined : readConfiguration(members)
  return {
    ppid: octets(members, '1', 16),
    sgxSvns: Uint8Array.from(COMPONENTS, (name) => svn(tcb, name, 0xff, parity)),
    pceSvn: svn(tcb, PCESVN, 0xffff, parity),
    cpuSvn: octets(tcb, CPUSVN, 16),
    pceId: octets(members, '3', 2),
    fmspc: octets(members, '4', 6),
    sgxType: readSgxType(members, parity),
    ...(platformInstanceId === undefined ? {} : { platformInstanceId }),
    ...(configuration === undefined ? {} : { configuration }),
  }
}

/** Parity rules count entries instead of names and let the last of two with one name count. */
function readMembers(sequence: DerReader, prefix: string, parity: boolean): PckMembers {
  const members = new Map<string, DerElement>()
  const base = prefix === '' ? `${PCK_EXTENSION_OID}.` : `${PCK_EXTENSION_OID}.${prefix}.`
  let count = 0
  while (!sequence.atEnd) {
    const member = sequence.readSequence()
    const oid = member.readOid()
    const element = member.read()
    if (!parity) member.expectEnd()
    const name = oid.startsWith(base) ? oid.slice(PCK_EXTENSION_OID.length + 1) : oid
    if (members.has(name) && !parity) {
      throw refuse('DCAP_PCK_EXTENSION_INVALID', name, 'one member of each name', 'the member occurs twice')
    }
    members.set(name, element)
    count++
  }
  if (parity && prefix === '' && count !== 5 && count !== 7) throw missing('', '5 or 7 members', count)
  if (parity && prefix === '2' && count !== TCB_COMPONENTS + 2) throw missing('2', '18 members', count)
  return members
}

function expectMembers(members: PckMembers, names: readonly string[], parity: boolean): void {
  for (const name of names) {
    if (!members.has(name) && name !== '6' && name !== '7') throw missing(name, 'a member', 'absent')
  }
  if (parity) return
  for (const name of members.keys()) {
    if (!names.includes(name)) throw refuse('DCAP_PCK_EXTENSION_INVALID', name, 'a known member', 'unknown')
  }
}

function readConfiguration(members: PckMembers): PckConfiguration | undefined {
  if (!members.has('7')) return undefined
  const flags = readMembers(within(members, '7', TAG.sequence), '7', false)
  const dynamicPlatform = flag(flags, '7.1')
  const cachedKeys = flag(flags, '7.2')
  const smtEnabled = flag(flags, '7.3')
  return {
    ...(dynamicPlatform === undefined ? {} : { dynamicPlatform }),
    ...(cachedKeys === undefined ? {} : { cachedKeys }),
    ...(smtEnabled === undefined ? {} : { smtEnabled }),
  }
}

function flag(members: PckMembers, name: string): boolean | undefined {
  const element = members.get(name)
  return element === undefined ? undefined : new DerReader(element.bytes).readBoolean()
}

function readSgxType(members: PckMembers, parity: boolean): SgxType {
  const { bytes } = members.get('5')!
  const number = parity ? bytes.at(-1)! : new DerReader(bytes).readEnumerated()
  return SGX_TYPES[number] ?? number
}

function svn(members: PckMembers, name: string, max: number, parity: boolean): number {
  const reader = new DerReader(members.get(name)!.bytes)
  if (!parity) return reader.readSmallInteger(0, max)
  return Number(BigInt.asUintN(max === 0xff ? 8 : 32, reader.readInteger()))
}

function octets(members: PckMembers, name: string, sizeBytes: number): Uint8Array {
  const content = new DerReader(members.get(name)!.bytes).readOctetString()
  if (content.length !== sizeBytes) {
    throw refuse('DCAP_PCK_EXTENSION_INVALID', name, `${sizeBytes} bytes`, `${content.length} bytes`)
  }
  return content
}

function optionalOctets(members: PckMembers, name: string, sizeBytes: number): Uint8Array | undefined {
  return members.has(name) ? octets(members, name, sizeBytes) : undefined
}

function within(members: PckMembers, name: string, tag: number): DerReader {
  return new DerReader(members.get(name)!.bytes).enter(tag)
}

function missing(name: string, expected: unknown, actual: unknown): EvidenceError {
  return refuse('DCAP_PCK_EXTENSION_MISSING', name, expected, actual)
}

function refuse(
  code: EvidenceErrorCode,
  name: string | undefined,
  expected: unknown,
  actual: unknown,
  cause?: unknown,
): EvidenceError {
  const path = name === undefined || name === '' ? 'pck.extension' : `pck.extension.${name}`
  return new EvidenceError(code, undefined, { details: { path, expected, actual }, cause })
}
