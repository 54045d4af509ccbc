import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto'
import { concatBytes, decodeBase64Url, encodeBase64Url, encodeUtf8 } from '@veritee/codec/bytes'
import { ServiceError } from '../errors.ts'

const MAGIC = 'veritee-backup-v1'
const SALT_BYTES = 16
const CHUNK_BYTES = 64 * 1024
const TAG_BYTES = 16
const HEADER = new RegExp(`^${MAGIC} ([A-Za-z0-9_-]{22})\n`)
/** 128 MiB of memory for a guess at the passphrase. */
const SCRYPT = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 }
const LEAST_PASSPHRASE = 12

/**
 * Encrypts a stream: one line that names the format and the salt, then chunks of AES-256-GCM under the key that scrypt makes
 * of the passphrase. The nonce counts the chunks and marks the last, the header is bound in: a file that was cut, extended or
 * put together from two does not open.
 *
 * @throws ServiceError SERVICE_BACKUP_PASSPHRASE
 */
export async function* encryptBackup(
  source: AsyncIterable<Uint8Array>,
  passphrase: string,
): AsyncGenerator<Uint8Array> {
  if (passphrase.length < LEAST_PASSPHRASE) throw new ServiceError('SERVICE_BACKUP_PASSPHRASE')
  const salt = randomBytes(SALT_BYTES)
  const header = encodeUtf8(`${MAGIC} ${encodeBase64Url(salt)}\n`)
  const key = await deriveKey(passphrase, salt)
  yield header
  let index = 0
  let rest = new Uint8Array()
  const seal = (chunk: Uint8Array, last: boolean) => {
    const cipher = createCipheriv('aes-256-gcm', key, makeNonce(index++, last)).setAAD(header)
    return concatBytes(cipher.update(chunk), cipher.final(), cipher.getAuthTag())
  }
  for await (const part of source) {
    rest = concatBytes(rest, part) as Uint8Array<ArrayBuffer>
    // The last chunk is marked, so a full one is held back until more comes.
    while (rest.length > CHUNK_BYTES) {
      yield seal(rest.subarray(0, CHUNK_BYTES), false)
      rest = rest.slice(CHUNK_BYTES)
    }
  }
  yield seal(rest, true)
}

/**
 * Decrypts what `encryptBackup` made. Each part that comes out is authentic; that it is all of them is known at the end.
 *
 * @throws ServiceError SERVICE_BACKUP_INVALID, SERVICE_BACKUP_PASSPHRASE
 */
export async function* decryptBackup(
  source: AsyncIterable<Uint8Array>,
  passphrase: string,
): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array()
  let header: Uint8Array | undefined
  let key: Uint8Array | undefined
  let index = 0
  const open = (sealed: Uint8Array, last: boolean) => {
    if (header === undefined || key === undefined || sealed.length < TAG_BYTES) throw invalid()
    const decipher = createDecipheriv('aes-256-gcm', key, makeNonce(index, last), { authTagLength: TAG_BYTES })
    decipher.setAAD(header).setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
    try {
      const plain = concatBytes(decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES)), decipher.final())
      index++
      return plain
    } catch {
      throw index === 0 ? new ServiceError('SERVICE_BACKUP_PASSPHRASE') : invalid()
    }
  }
  for await (const part of source) {
    rest = concatBytes(rest, part)
    if (header === undefined) {
      if (rest.length < HEADER_BYTES) continue
      header = rest.slice(0, HEADER_BYTES)
      key = await deriveKey(passphrase, readSalt(header))
      rest = rest.slice(HEADER_BYTES)
    }
    while (rest.length > CHUNK_BYTES + TAG_BYTES) {
      yield open(rest.subarray(0, CHUNK_BYTES + TAG_BYTES), false)
      rest = rest.slice(CHUNK_BYTES + TAG_BYTES)
    }
  }
  yield open(rest, true)
}

const HEADER_BYTES = MAGIC.length + 1 + 22 + 1

function readSalt(header: Uint8Array): Uint8Array {
  const match = HEADER.exec(new TextDecoder().decode(header))
  if (match === null) throw invalid()
  return decodeBase64Url(match[1] as string)
}

function invalid(): ServiceError {
  return new ServiceError('SERVICE_BACKUP_INVALID')
}

function makeNonce(index: number, last: boolean): Uint8Array {
  const nonce = Buffer.alloc(12)
  nonce.writeUInt32BE(index, 7)
  nonce[11] = last ? 1 : 0
  return nonce
}

function deriveKey(passphrase: string, salt: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFC'), salt, 32, SCRYPT, (error, key) =>
      error === null ? resolve(key) : reject(error),
    )
  })
}
