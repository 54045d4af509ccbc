/** POST /attest: the Attestation of the protocol, in the bodies of every version. */
import { BrokerError } from '../errors.ts'
import {
  expectObject,
  findMember,
  joinPath,
  MESSAGE_LIMITS,
  type Members,
  misfit,
  parseObject,
  readText,
} from './members.ts'
import { parseTeeName } from './tee.ts'
import { parseTeePublicKey } from './tee-key.ts'
import type { Attestation, DeviceEvidence, InitData, ProtocolVersion, TeePublicKey } from './types.ts'

const CODE = 'BROKER_ATTESTATION_INVALID'
const MAX_NONCE_LENGTH = 128 << 10
const MAX_DEVICES = 32
const MAX_INIT_DATA_LENGTH = 1 << 20

/**
 * Reads the body of POST /attest as the version agreed on in the handshake has it; a body of another version is refused.
 *
 * Throws BROKER_ATTESTATION_INVALID, BROKER_TEE_KEY_INVALID, BROKER_TEE_UNKNOWN (of a device), BROKER_INIT_DATA_INVALID.
 * Compares no nonce and verifies nothing.
 */
export function parseAttestation(body: Uint8Array | string, version: ProtocolVersion): Attestation {
  const members = parseObject(body, CODE, '')
  return version === '0.4.0' ? readCurrent(members, version) : readOlder(members, version)
}

/** What {@link encodeAttestation} writes. */
export interface AttestationContent {
  readonly nonce: string
  readonly teePublicKey: TeePublicKey
  readonly primaryEvidence: unknown
  /** Exactly the text that was hashed; empty if there is none. */
  readonly additionalEvidence: string
  readonly initData?: InitData
}

/** Writes the body of POST /attest, version 0.4.0. */
export function encodeAttestation(content: AttestationContent): string {
  const { nonce, teePublicKey, primaryEvidence, additionalEvidence, initData } = content
  return JSON.stringify({
    ...(initData === undefined ? {} : { 'init-data': initData }),
    'runtime-data': { nonce, 'tee-pubkey': teePublicKey },
    'tee-evidence': { primary_evidence: primaryEvidence, additional_evidence: additionalEvidence },
  })
}

function readCurrent(members: Members, version: ProtocolVersion): Attestation {
  const runtimeData = expectObject(findMember(members, 'runtime-data'), CODE, 'runtime-data')
  const initData = readInitData(findMember(members, 'init-data'))
  return {
    version,
    nonce: readText(runtimeData, 'nonce', CODE, 'runtime-data', MAX_NONCE_LENGTH),
    teePublicKey: parseTeePublicKey(findMember(runtimeData, 'tee-pubkey'), 'runtime-data.tee-pubkey'),
    ...readComposite(members),
    ...(initData === undefined ? {} : { initData }),
  }
}

function readOlder(members: Members, version: ProtocolVersion): Attestation {
  const teePublicKey = parseTeePublicKey(findMember(members, 'tee-pubkey'))
  if (version === '0.3.0') return { version, teePublicKey, ...readComposite(members) }
  const evidence = findMember(members, 'tee-evidence')
  if (version !== '0.1.0') {
    return { version, teePublicKey, primaryEvidence: expectEvidence(evidence, 'tee-evidence'), devices: [] }
  }
  if (typeof evidence !== 'string') throw misfit(CODE, 'tee-evidence', 'a text that holds JSON', evidence)
  return { version, teePublicKey, primaryEvidence: parseObject(evidence, CODE, 'tee-evidence'), devices: [] }
}

function readComposite(members: Members): Pick<Attestation, 'primaryEvidence' | 'additionalEvidence' | 'devices'> {
  const path = 'tee-evidence'
  const evidence = expectObject(findMember(members, path), CODE, path)
  const additionalEvidence = readText(evidence, 'additional_evidence', CODE, path, MESSAGE_LIMITS.maxBytes)
  return {
    primaryEvidence: expectEvidence(findMember(evidence, 'primary_evidence'), `${path}.primary_evidence`),
    additionalEvidence,
    devices: additionalEvidence === '' ? [] : readDevices(additionalEvidence, `${path}.additional_evidence`),
  }
}

function expectEvidence(value: unknown, path: string): unknown {
  if (value === undefined || value === null) throw misfit(CODE, path, 'evidence', value)
  return value
}

/** A map from TEE to evidence, as text inside the text. Two spellings of one TEE would hide one of them: refused. */
function readDevices(text: string, path: string): DeviceEvidence[] {
  const entries = Object.entries(parseObject(text, CODE, path))
  if (entries.length === 0) throw misfit(CODE, path, 'evidence of a device, or an empty text', 'an empty object')
  if (entries.length > MAX_DEVICES)
    throw misfit(CODE, path, `at most ${MAX_DEVICES} devices`, `${entries.length} devices`)
  const devices = entries.map(([name, evidence]) => ({
    tee: parseTeeName(name, path),
    evidence: expectEvidence(evidence, joinPath(path, name.slice(0, 32))),
  }))
  if (new Set(devices.map(({ tee }) => tee)).size !== devices.length) {
    throw misfit(CODE, path, 'every TEE once', 'the same TEE in two spellings')
  }
  return devices
}

function readInitData(value: unknown): InitData | undefined {
  if (value === undefined || value === null) return undefined
  const members = expectObject(value, 'BROKER_INIT_DATA_INVALID', 'init-data')
  if (findMember(members, 'format') !== 'toml') {
    throw new BrokerError('BROKER_INIT_DATA_INVALID', undefined, {
      details: {
        path: 'init-data.format',
        expected: 'toml',
        actual: String(findMember(members, 'format')).slice(0, 32),
      },
    })
  }
  return {
    format: 'toml',
    body: readText(members, 'body', 'BROKER_INIT_DATA_INVALID', 'init-data', MAX_INIT_DATA_LENGTH),
  }
}
