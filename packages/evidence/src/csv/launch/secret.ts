/** Packets of LAUNCH_SECRET: a secret that only the measured guest receives. */
import { concatBytes, equalSecrets, u32le } from '@veritee/codec/bytes'
import { decryptSm4, encryptSm4, hmacSm3 } from '@veritee/codec/sm'
import { encodeGuid } from '../../snp/measurement/guid.ts'
import { refuse } from '../certificate/fields.ts'
import type { LaunchSecrets } from './key-schedule.ts'

const CONTEXT = 0x01
const HEADER_BYTES = 52
const TABLE_GUID = '1e74f542-71dd-4d66-963e-ef4287ff173b'
const DISK_KEY_GUID = '736869e5-84f0-4973-92ec-06879ce3da0b'
const GUID_BYTES = 16

type TransportKeys = Pick<LaunchSecrets, 'transportEncryptionKey' | 'transportIntegrityKey'>

/** A secret on its way. */
export interface LaunchSecretPacket {
  /** Flags, IV, MAC: 52 bytes. */
  readonly header: Uint8Array
  readonly ciphertext: Uint8Array
}

/** @param measure what the firmware measured, verified before, 32 bytes */
export function encodeLaunchSecret(
  { transportEncryptionKey, transportIntegrityKey }: TransportKeys,
  measure: Uint8Array,
  data: Uint8Array,
  iv: Uint8Array = crypto.getRandomValues(new Uint8Array(16)),
): LaunchSecretPacket {
  const ciphertext = encryptSm4({ mode: 'ctr', key: transportEncryptionKey, iv }, data)
  const flags = u32le(0)
  const mac = macOf(transportIntegrityKey, flags, iv, ciphertext, measure)
  return { header: concatBytes(flags, iv, mac), ciphertext }
}

/** What the platform does with a packet. @throws EvidenceError CSV_LAUNCH_INVALID, CSV_LAUNCH_MISMATCH */
export function openLaunchSecret(
  { transportEncryptionKey, transportIntegrityKey }: TransportKeys,
  measure: Uint8Array,
  { header, ciphertext }: LaunchSecretPacket,
): Uint8Array {
  if (header.length !== HEADER_BYTES) throw refuse('CSV_LAUNCH_INVALID', 'secret.header', HEADER_BYTES, header.length)
  const [flags, iv, mac] = [header.subarray(0, 4), header.subarray(4, 20), header.subarray(20)]
  if (flags.some((byte) => byte !== 0)) throw refuse('CSV_LAUNCH_INVALID', 'secret.flags', 'not compressed', flags[0])
  if (!equalSecrets(macOf(transportIntegrityKey, flags, iv, ciphertext, measure), mac))
    throw refuse('CSV_LAUNCH_MISMATCH', 'secret.mac')
  return decryptSm4({ mode: 'ctr', key: transportEncryptionKey, iv }, ciphertext)
}

/** Secrets by GUID in the table that the firmware hands on to the guest. */
export function encodeSecretTable(
  entries: readonly { readonly guid: string; readonly data: Uint8Array }[],
): Uint8Array {
  const parts = entries.map(({ guid, data }) =>
    concatBytes(encodeGuid(guid), u32le(GUID_BYTES + 4 + data.length), data),
  )
  const body = concatBytes(...parts)
  return concatBytes(encodeGuid(TABLE_GUID), u32le(GUID_BYTES + 4 + body.length), body)
}

/** A table with the key of a disk, as boot loaders for encrypted guests look for it; text ends in a NUL. */
export function encodeDiskKeyTable(key: Uint8Array): Uint8Array {
  return encodeSecretTable([{ guid: DISK_KEY_GUID, data: key }])
}

function macOf(
  key: Uint8Array,
  flags: Uint8Array,
  iv: Uint8Array,
  ciphertext: Uint8Array,
  measure: Uint8Array,
): Uint8Array {
  // Without compression the data is as long as the ciphertext.
  const size = u32le(ciphertext.length)
  return hmacSm3(key, Uint8Array.of(CONTEXT), flags, iv, size, size, ciphertext, measure)
}
