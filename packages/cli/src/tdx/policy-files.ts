/** Policies in files: signed tokens, or the JSON that people write. */
import { AppraisalError } from '@veritee/appraisal'
import {
  type IntelPolicy,
  type PolicyReading,
  type PolicyWarning,
  parseIntelPolicies,
  type VerifiedPolicyToken,
  verifyPolicyToken,
} from '@veritee/appraisal/intel'
import { decodeUtf8 } from '@veritee/codec/bytes'
import { readInput } from '../input/file.ts'
import type { Io } from '../io.ts'
import { printable } from '../render/paint.ts'

const POLICY_BYTES = 2 * 1024 * 1024

/** What a policy file holds. */
export interface PolicyFile {
  readonly policies: readonly IntelPolicy[]
  readonly warnings: readonly PolicyWarning[]
  /** Present where the file is a signed token. */
  readonly token?: VerifiedPolicyToken
}

/** Reads the text of a policy file. */
export async function readPolicyText(io: Io, path: string): Promise<string> {
  return decodeUtf8(await readInput(io, path, POLICY_BYTES))
}

/** True for a token: three parts with dots, which no JSON text is. */
export function isToken(text: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(text.trim())
}

/**
 * Reads a policy file of either kind.
 *
 * @throws AppraisalError INTEL_POLICY_*
 */
export async function readPolicyFile(io: Io, path: string, reading: PolicyReading = {}): Promise<PolicyFile> {
  return await parsePolicyText(await readPolicyText(io, path), reading)
}

/**
 * Reads a policy text of either kind.
 *
 * @throws AppraisalError INTEL_POLICY_*
 */
export async function parsePolicyText(text: string, reading: PolicyReading = {}): Promise<PolicyFile> {
  if (!isToken(text)) return parseIntelPolicies(text, reading)
  const token = await verifyPolicyToken(text, reading)
  return { policies: token.policies, warnings: token.warnings, token }
}

/**
 * Reads a signed policy.
 *
 * @throws AppraisalError INTEL_POLICY_UNSIGNED for JSON that nobody signed
 */
export async function readSignedPolicy(
  io: Io,
  path: string,
  reading: PolicyReading = {},
): Promise<VerifiedPolicyToken> {
  const { token } = await readPolicyFile(io, path, reading)
  if (token !== undefined) return token
  throw new AppraisalError('INTEL_POLICY_UNSIGNED', `${path} is a policy that nobody signed.`, {
    details: { path, expected: 'a signed policy', actual: 'JSON' },
  })
}

/** Says what a policy author should know, on standard error. */
export function warn(io: Io, path: string, warnings: readonly PolicyWarning[]): void {
  for (const { code, path: at, message, next } of warnings) {
    io.err(`warning ${printable(path)} ${printable(at)}: ${printable(message)} [${code}]\n`)
    if (next !== undefined) io.err(`  next      ${printable(next)}\n`)
  }
}
