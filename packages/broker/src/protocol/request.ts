/** POST /auth: the Request of the protocol. */
import { BrokerError } from '../errors.ts'
import { findMember, misfit, parseObject } from './members.ts'
import { parseTeeName } from './tee.ts'
import { type AuthRequest, BINDING_HASHES, type BindingHash, PROTOCOL_VERSIONS, type ProtocolVersion } from './types.ts'

const CODE = 'BROKER_REQUEST_INVALID'
/** A request is small; only evidence is not. */
const LIMITS = { maxBytes: 64 << 10, maxDepth: 16, maxValues: 1000 } as const
const MAX_HASHES = 16
const POLICY_ID = /^[\w-]{1,128}$/

/**
 * Reads the body of POST /auth.
 *
 * Throws BROKER_REQUEST_INVALID, BROKER_VERSION_UNSUPPORTED for a version that never existed, BROKER_TEE_UNKNOWN.
 * Does not say whether the version or the TEE is served: that is for the handshake.
 */
export function parseAuthRequest(body: Uint8Array | string): AuthRequest {
  const members = parseObject(body, CODE, '', LIMITS)
  const version = readVersion(findMember(members, 'version'))
  const tee = parseTeeName(findMember(members, 'tee'))
  const extraParams = readExtraParams(findMember(members, 'extra-params'), version)
  const hashes = readHashes(extraParams)
  const policy = readPolicy(extraParams)
  return {
    version,
    tee,
    extraParams,
    ...(hashes === undefined ? {} : { hashes }),
    ...(policy === undefined ? {} : { policy }),
  }
}

/** Writes the body of POST /auth. */
export function encodeAuthRequest(request: Omit<AuthRequest, 'extraParams'>): string {
  const { version, tee, hashes = BINDING_HASHES, policy } = request
  const selected = policy === undefined ? {} : { id: policy }
  return JSON.stringify({ version, tee, 'extra-params': { 'supported-hash-algorithms': hashes, ...selected } })
}

function readVersion(value: unknown): ProtocolVersion {
  const version = PROTOCOL_VERSIONS.find((known) => known === value)
  if (version !== undefined) return version
  if (typeof value !== 'string') throw misfit(CODE, 'version', 'a text', value)
  throw new BrokerError('BROKER_VERSION_UNSUPPORTED', undefined, {
    details: { path: 'version', expected: PROTOCOL_VERSIONS, actual: value.slice(0, 32) },
  })
}

/** Any JSON, and text in 0.1.0; nobody relies on it being there. */
function readExtraParams(value: unknown, version: ProtocolVersion): unknown {
  if (version === '0.1.0' && value !== undefined && typeof value !== 'string') {
    throw misfit(CODE, 'extra-params', 'a text', value)
  }
  return value ?? ''
}

/** A member of parameters that are an object; those of another form have none. */
function findParameter(extraParams: unknown, name: string): unknown {
  if (typeof extraParams !== 'object' || extraParams === null || Array.isArray(extraParams)) return undefined
  return findMember(extraParams as Record<string, unknown>, name)
}

function readPolicy(extraParams: unknown): string | undefined {
  const id = findParameter(extraParams, 'id') ?? undefined
  if (id === undefined || (typeof id === 'string' && POLICY_ID.test(id))) return id
  throw misfit(CODE, 'extra-params.id', 'the id of an attestation policy', id)
}

/** The list a client offers; names unknown here are left out, so that newer clients are understood. */
function readHashes(extraParams: unknown): readonly BindingHash[] | undefined {
  const list = findParameter(extraParams, 'supported-hash-algorithms')
  if (list === undefined || list === null) return undefined
  const path = 'extra-params.supported-hash-algorithms'
  if (!Array.isArray(list)) throw misfit(CODE, path, 'an array of texts', list)
  if (list.length > MAX_HASHES) throw misfit(CODE, path, `at most ${MAX_HASHES} names`, `${list.length} names`)
  const names = list.map((name: unknown) => {
    if (typeof name !== 'string') throw misfit(CODE, path, 'an array of texts', name)
    return name.toLowerCase()
  })
  return BINDING_HASHES.filter((hash) => names.includes(hash))
}
