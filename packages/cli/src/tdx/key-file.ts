/** Keys of policies and results in files. */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { AppraisalError } from '@veritee/appraisal'
import {
  createIntelPrivateKey,
  createIntelSigner,
  type IntelSigner,
  parseIntelPublicKey,
} from '@veritee/appraisal/intel'
import { encodePem } from '@veritee/codec/pem'
import type { PublicKey } from '@veritee/codec/signature'
import { readInput } from '../input/file.ts'
import type { Io } from '../io.ts'
import { expectAbsent, writeOutput } from '../output/file.ts'

const KEY_BYTES = 65_536

/**
 * Reads a private key on P-384 from PEM, in either of the forms that openssl writes. A key that others can read is used, and
 * said.
 *
 * @throws AppraisalError INTEL_KEY_INVALID; CliError CLI_FILE_UNREADABLE
 */
export async function readSigner(io: Io, path: string): Promise<IntelSigner> {
  const pem = Buffer.from(await readInput(io, path, KEY_BYTES))
  const { mode } = path === '-' ? { mode: 0 } : await stat(path)
  if ((mode & 0o077) !== 0) io.err(`warning: ${path} can be read by others; make it 0600\n`)
  try {
    const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' })
    return await createIntelSigner(new Uint8Array(der))
  } catch (cause) {
    throw asKeyError(path, cause)
  } finally {
    pem.fill(0)
  }
}

/**
 * Writes a new private key to a file that does not exist yet (mode 0600).
 *
 * @throws CliError CLI_FILE_EXISTS, CLI_FILE_UNWRITABLE
 */
export async function createKeyFile(path: string): Promise<void> {
  expectAbsent(path)
  writeOutput(path, encodePem('PRIVATE KEY', await createIntelPrivateKey()), { mode: 0o600, isNew: true })
}

/**
 * Reads the public key of a verifier or policy owner: PEM, of a public key, a private key or a certificate.
 *
 * @throws AppraisalError INTEL_KEY_INVALID; CliError CLI_FILE_UNREADABLE
 */
export async function readPublicKey(io: Io, path: string): Promise<PublicKey> {
  const pem = Buffer.from(await readInput(io, path, KEY_BYTES))
  try {
    return parseIntelPublicKey(createPublicKey(pem).export({ type: 'spki', format: 'pem' }) as string)
  } catch (cause) {
    throw asKeyError(path, cause)
  } finally {
    pem.fill(0)
  }
}

function asKeyError(path: string, cause: unknown): AppraisalError {
  if (cause instanceof AppraisalError) return cause
  return new AppraisalError('INTEL_KEY_INVALID', `${path} holds no key on P-384 in PEM.`, { details: { path }, cause })
}
