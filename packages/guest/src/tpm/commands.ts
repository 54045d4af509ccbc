/** What is asked of a TPM here: keys, quotes, PCRs, credential activation, NV memory (TPM 2.0 Library, Part 3). */
import { type ByteCursor, concatBytes, u16be, u32be } from '@veritee/codec/bytes'
import { HANDLE, NO_PASSWORD, readResponse, runCommand, sized, takeSized } from './command.ts'
import type { TpmDevice } from './device.ts'

/** Banks by their algorithm. */
export const BANK = { sha1: 0x0004, sha256: 0x000b, sha384: 0x000c, sha512: 0x000d } as const
export type TpmBank = keyof typeof BANK

const NULL_ALGORITHM = 0x0010
const POLICY_SESSION = 1
const NV_CHUNK_BYTES = 512
const MOST_NV_BYTES = 1 << 16

/** A key that is loaded. */
export interface LoadedKey {
  readonly handle: number
  /** TPMT_PUBLIC. */
  readonly area: Uint8Array
}

/** A quote as the TPM gives it. */
export interface TpmQuoteAnswer {
  /** TPMS_ATTEST. */
  readonly attest: Uint8Array
  /** TPMT_SIGNATURE. */
  readonly signature: Uint8Array
}

/** TPM2_CreatePrimary with an empty password. Flush it when done: a TPM has few places. */
export async function createPrimary(
  device: TpmDevice,
  hierarchy: 'owner' | 'endorsement' | 'null',
  template: Uint8Array,
): Promise<LoadedKey> {
  const { handles, parameters } = await runCommand(device, {
    name: 'createPrimary',
    handles: [HANDLE[hierarchy]],
    authorizations: [NO_PASSWORD],
    // Sensitive part without password or data, template, no outside information, no PCRs.
    parameters: [sized(new Uint8Array(4)), sized(template), u16be(0), u32be(0)],
    responseHandles: 1,
  })
  return { handle: handles[0]!, area: readResponse('createPrimary', () => takeSized(parameters)) }
}

/** TPM2_ReadPublic: TPMT_PUBLIC of a key that is loaded or persistent. */
export async function readPublic(device: TpmDevice, handle: number): Promise<Uint8Array> {
  const { parameters } = await runCommand(device, { name: 'readPublic', handles: [handle] })
  return readResponse('readPublic', () => takeSized(parameters))
}

/** TPM2_FlushContext: a key or session that is no longer needed. */
export async function flushContext(device: TpmDevice, handle: number): Promise<void> {
  await runCommand(device, { name: 'flushContext', parameters: [u32be(handle)] })
}

/** TPM2_Quote of PCRs of one bank, with the key's own scheme. */
export async function quotePcrs(
  device: TpmDevice,
  key: number,
  nonce: Uint8Array,
  bank: TpmBank,
  pcrs: readonly number[],
): Promise<TpmQuoteAnswer> {
  const { parameters } = await runCommand(device, {
    name: 'quote',
    handles: [key],
    authorizations: [NO_PASSWORD],
    parameters: [sized(nonce), u16be(NULL_ALGORITHM), encodeSelection(bank, pcrs)],
  })
  return readResponse('quote', () => ({ attest: takeSized(parameters), signature: parameters.takeRest() }))
}

/** TPM2_PCR_Read, as often as it takes: the values of PCRs of one bank, in the order asked for. */
export async function readPcrs(device: TpmDevice, bank: TpmBank, pcrs: readonly number[]): Promise<Uint8Array[]> {
  const values = new Map<number, Uint8Array>()
  for (let missing = [...pcrs]; missing.length > 0; missing = missing.filter((pcr) => !values.has(pcr))) {
    const { parameters } = await runCommand(device, { name: 'pcrRead', parameters: [encodeSelection(bank, missing)] })
    const read = readResponse('pcrRead', () => {
      parameters.skip(4)
      const selected = readSelection(parameters)
      const count = parameters.u32be()
      return selected.slice(0, count).map((pcr) => [pcr, takeSized(parameters)] as const)
    })
    // A bank that is switched off has no values to read.
    if (read.length === 0) break
    for (const [pcr, value] of read) values.set(pcr, value)
  }
  return pcrs.flatMap((pcr) => values.get(pcr) ?? [])
}

/** TPM2_PCR_Extend of one bank. */
export async function extendPcr(device: TpmDevice, pcr: number, bank: TpmBank, digest: Uint8Array): Promise<void> {
  await runCommand(device, {
    name: 'pcrExtend',
    handles: [pcr],
    authorizations: [NO_PASSWORD],
    parameters: [u32be(1), u16be(BANK[bank]), digest],
  })
}

/** TPM2_PCR_Reset: PCR 16 and 23 alone can be reset from where guests run. */
export async function resetPcr(device: TpmDevice, pcr: number): Promise<void> {
  await runCommand(device, { name: 'pcrReset', handles: [pcr], authorizations: [NO_PASSWORD] })
}

/**
 * TPM2_ActivateCredential: the secret of a credential that was made for this endorsement key and this attestation key.
 * The endorsement key is used under its own policy, which asks for the password of the endorsement hierarchy (empty).
 *
 * @param idObject TPM2B_ID_OBJECT
 * @param encryptedSecret TPM2B_ENCRYPTED_SECRET
 */
export async function activateCredential(
  device: TpmDevice,
  keys: { readonly attestation: number; readonly endorsement: number },
  { idObject, encryptedSecret }: { readonly idObject: Uint8Array; readonly encryptedSecret: Uint8Array },
): Promise<Uint8Array> {
  const session = await startPolicySession(device)
  try {
    await satisfyEndorsementPolicy(device, session)
    const { parameters } = await runCommand(device, {
      name: 'activateCredential',
      handles: [keys.attestation, keys.endorsement],
      authorizations: [NO_PASSWORD, { session }],
      parameters: [idObject, encryptedSecret],
    })
    return readResponse('activateCredential', () => takeSized(parameters))
  } finally {
    await flushContext(device, session)
  }
}

/** TPM2_NV_ReadPublic and TPM2_NV_Read: what an index holds, read with its own empty password. */
export async function readNvIndex(device: TpmDevice, index: number): Promise<Uint8Array> {
  const sizeBytes = await readNvSize(device, index)
  const chunks: Uint8Array[] = []
  for (let offset = 0; offset < sizeBytes; offset += NV_CHUNK_BYTES) {
    const { parameters } = await runCommand(device, {
      name: 'nvRead',
      handles: [index, index],
      authorizations: [NO_PASSWORD],
      parameters: [u16be(Math.min(NV_CHUNK_BYTES, sizeBytes - offset)), u16be(offset)],
    })
    chunks.push(readResponse('nvRead', () => takeSized(parameters)))
  }
  return concatBytes(...chunks)
}

async function readNvSize(device: TpmDevice, index: number): Promise<number> {
  const { parameters } = await runCommand(device, { name: 'nvReadPublic', handles: [index] })
  return readResponse('nvReadPublic', () => {
    // Size of the area, index, name hash, attributes, policy, size of the data.
    parameters.skip(2 + 4 + 2 + 4)
    takeSized(parameters)
    return Math.min(parameters.u16be(), MOST_NV_BYTES)
  })
}

async function startPolicySession(device: TpmDevice): Promise<number> {
  const { handles } = await runCommand(device, {
    name: 'startAuthSession',
    handles: [HANDLE.null, HANDLE.null],
    parameters: [
      sized(crypto.getRandomValues(new Uint8Array(32))),
      sized(new Uint8Array()),
      Uint8Array.of(POLICY_SESSION),
      u16be(NULL_ALGORITHM),
      u16be(BANK.sha256),
    ],
    responseHandles: 1,
  })
  return handles[0]!
}

/** TPM2_PolicySecret with the endorsement hierarchy, without nonce, reference or expiry. */
async function satisfyEndorsementPolicy(device: TpmDevice, session: number): Promise<void> {
  const none = sized(new Uint8Array())
  await runCommand(device, {
    name: 'policySecret',
    handles: [HANDLE.endorsement, session],
    authorizations: [NO_PASSWORD],
    parameters: [none, none, none, u32be(0)],
  })
}

/** TPML_PCR_SELECTION of one bank. */
function encodeSelection(bank: TpmBank, pcrs: readonly number[]): Uint8Array {
  const bitmap = new Uint8Array(3)
  for (const pcr of pcrs) bitmap[pcr >> 3]! |= 1 << (pcr & 7)
  return concatBytes(u32be(1), u16be(BANK[bank]), Uint8Array.of(bitmap.length), bitmap)
}

/** PCRs of the one selection that a response repeats; none where the bank is switched off. */
function readSelection(cursor: ByteCursor): number[] {
  const count = cursor.u32be()
  if (count === 0) return []
  cursor.skip(2)
  const bitmap = cursor.take(cursor.u8())
  return Array.from({ length: bitmap.length * 8 }, (_, pcr) => pcr).filter(
    (pcr) => (bitmap[pcr >> 3]! >> (pcr & 7)) & 1,
  )
}
