/**
 * The ID block that a guest owner signs, so that the firmware launches nothing else (AMD SEV-SNP Firmware ABI, section 8.18,
 * tables ID_BLOCK and ID_AUTH_INFO).
 */
import { concatBytes, isAllZero, reverseBytes } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { digest } from '@veritee/codec/hash'
import { importPublicKey, type PublicKey, verifySignature } from '@veritee/codec/signature'
import { SnpError } from '../codes.ts'

const BLOCK_BYTES = 96
const AUTH_BYTES = 4096
const KEY_BYTES = 1028
const SIGNATURE_BYTES = 512
const NUMBER_BYTES = 72
const WIDTH = 48
const CURVE_P384 = 2
const ALGORITHM_P384 = 1
const SIGNATURE_AT = 64
const ID_KEY_AT = 576
const KEY_SIGNATURE_AT = 1664
const AUTHOR_KEY_AT = 2176

/** What the owner says about the guest. */
export interface SnpIdBlock {
  /** 48 bytes: the only measurement that may launch. */
  readonly launchDigest: Uint8Array
  /** 16 bytes. */
  readonly familyId: Uint8Array
  /** 16 bytes. */
  readonly imageId: Uint8Array
  readonly guestSvn: number
  readonly policy: bigint
  /** SHA-384 of the key that signed it: what reports show as `id_key_digest`. */
  readonly idKeyDigest: Uint8Array
  /** SHA-384 of the author key that signed the id key, where one did: what reports show as `author_key_digest`. */
  readonly authorKeyDigest?: Uint8Array
}

/**
 * Verifies an ID block with its authentication information.
 *
 * Not checked here: whether the keys are those of somebody; compare the digests.
 *
 * @throws EvidenceError SNP_LAUNCH_INVALID
 */
export async function verifyIdBlock(block: Uint8Array, authentication: Uint8Array): Promise<SnpIdBlock> {
  if (block.length !== BLOCK_BYTES) throw invalid('idBlock', `${BLOCK_BYTES} bytes`, block.length)
  if (authentication.length !== AUTH_BYTES) throw invalid('idAuth', `${AUTH_BYTES} bytes`, authentication.length)
  const [view, auth] = [block, authentication].map(
    (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
  ) as [DataView, DataView]
  if (view.getUint32(80, true) !== 1) throw invalid('idBlock.version', 1, view.getUint32(80, true))
  const [idAlgorithm, authorAlgorithm] = [auth.getUint32(0, true), auth.getUint32(4, true)]
  if (idAlgorithm !== ALGORITHM_P384) throw invalid('idAuth.id_key_algo', ALGORITHM_P384, idAlgorithm)
  const idKey = authentication.subarray(ID_KEY_AT, ID_KEY_AT + KEY_BYTES)
  await verifyWith('idAuth.block_sig', idKey, block, authentication.subarray(SIGNATURE_AT))
  const authorKey = authentication.subarray(AUTHOR_KEY_AT, AUTHOR_KEY_AT + KEY_BYTES)
  const hasAuthor = !isAllZero(authorKey)
  if (hasAuthor) {
    if (authorAlgorithm !== ALGORITHM_P384) throw invalid('idAuth.auth_key_algo', ALGORITHM_P384, authorAlgorithm)
    await verifyWith('idAuth.id_key_sig', authorKey, idKey, authentication.subarray(KEY_SIGNATURE_AT))
  }
  return {
    launchDigest: block.subarray(0, 48),
    familyId: block.subarray(48, 64),
    imageId: block.subarray(64, 80),
    guestSvn: view.getUint32(84, true),
    policy: view.getBigUint64(88, true),
    idKeyDigest: digest('sha384', idKey),
    ...(hasAuthor ? { authorKeyDigest: digest('sha384', authorKey) } : {}),
  }
}

async function verifyWith(path: string, key: Uint8Array, message: Uint8Array, stored: Uint8Array): Promise<void> {
  const signature = stored.subarray(0, SIGNATURE_BYTES)
  if (!isAllZero(signature.subarray(2 * NUMBER_BYTES))) throw invalid(path, 'zeros behind r and s', 'something else')
  const raw = concatBytes(numberOf(signature, 0, path), numberOf(signature, NUMBER_BYTES, path))
  const scheme = { scheme: 'ecdsa', hash: 'sha384', format: 'raw' } as const
  if (!(await verifySignature(keyOf(key, path), scheme, message, raw)))
    throw invalid(path, 'a signature', 'none that holds')
}

function keyOf(bytes: Uint8Array, path: string): PublicKey {
  const curve = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0, true)
  if (curve !== CURVE_P384) throw invalid(`${path}.key.curve`, CURVE_P384, curve)
  const point = concatBytes(numberOf(bytes, 4, path), numberOf(bytes, 4 + NUMBER_BYTES, path))
  try {
    return importPublicKey({ kind: 'ec-point', curve: 'P-384', point })
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw invalid(`${path}.key`, 'a point on P-384', 'none')
  }
}

/** 48 bytes least significant first, then zeros. */
function numberOf(bytes: Uint8Array, at: number, path: string): Uint8Array {
  if (!isAllZero(bytes.subarray(at + WIDTH, at + NUMBER_BYTES)))
    throw invalid(path, '48 bytes and zeros', 'a longer number')
  return reverseBytes(bytes.subarray(at, at + WIDTH))
}

function invalid(path: string, expected: unknown, actual: unknown): SnpError {
  return new SnpError('SNP_LAUNCH_INVALID', undefined, { details: { path, expected, actual } })
}
