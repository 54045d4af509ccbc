/** Composite evidence: a machine and the devices inside it, all bound to one key and one nonce. */
import { encodeHex, equalBytes } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { parseJson } from '@veritee/codec/json'
import { parseSnpEvidence } from '../snp/report/evidence-json.ts'
import { parseTpmEvidence } from '../tpm/evidence-json.ts'
import { nameOf } from '../tpm/structure/public.ts'
import { CompositeError } from './codes.ts'
import { decodeManifest } from './manifest.ts'

const MOST_DEVICES = 16

/** Evidence of one device. */
export interface DeviceEvidence {
  /** As the sender named it. */
  readonly tee: string
  readonly evidence: object
}

/** Composite evidence as read. Nothing of it is verified. */
export interface CompositeEvidence {
  readonly primary: object
  /** The text that the primary report data covers, exactly as it came. */
  readonly additionalText: string
  readonly devices: readonly DeviceEvidence[]
}

/**
 * Reads `{primary_evidence, additional_evidence}`, parsed already by a strict, bounded parser. The second is the text of a
 * JSON object from the kind of a device to its evidence, or empty.
 *
 * @throws EvidenceError COMPOSITE_EVIDENCE_JSON, COMPOSITE_DEVICES_EXCESSIVE
 */
export function parseCompositeEvidence(json: unknown): CompositeEvidence {
  const { primary_evidence: primary, additional_evidence: text = '' } = objectAt(json, 'evidence')
  if (typeof text !== 'string') throw misshapen('additional_evidence', 'text')
  const additional = text === '' ? {} : objectAt(readJson(text), 'additional_evidence')
  const entries = Object.entries(additional)
  if (entries.length > MOST_DEVICES) {
    throw new CompositeError('COMPOSITE_DEVICES_EXCESSIVE', undefined, {
      details: { path: 'additional_evidence', expected: MOST_DEVICES, actual: entries.length },
    })
  }
  return {
    primary: objectAt(primary, 'primary_evidence'),
    additionalText: text,
    devices: entries.map(([tee, evidence]) => ({ tee, evidence: objectAt(evidence, `additional_evidence.${tee}`) })),
  }
}

/**
 * A TPM beside an SNP report with a services manifest is the vTPM of that machine: the manifest, which the report covers,
 * must be its endorsement key. Other pairs are left alone.
 *
 * Not checked here: the report, the quote, and what ties the attestation key to the endorsement key.
 *
 * @returns the TPM name of that endorsement key, or undefined where there is no such pair
 * @throws EvidenceError COMPOSITE_SVSM_*, and what the parsers of SNP and TPM evidence throw
 */
export function checkSvsmPair(tee: string, { primary, devices }: CompositeEvidence): Uint8Array | undefined {
  const tpm = devices.find((device) => device.tee === 'tpm')
  if (tee !== 'snp' || tpm === undefined) return undefined
  const { svsmManifest } = parseSnpEvidence(primary)
  if (svsmManifest === undefined) return undefined
  const { endorsementPublic } = parseTpmEvidence(tpm.evidence)
  if (endorsementPublic === undefined) {
    throw new CompositeError('COMPOSITE_SVSM_KEY_MISSING', undefined, {
      details: { path: 'additional_evidence.tpm.ek_pubkey' },
    })
  }
  const manifest = decodeManifest(svsmManifest)
  if (!equalBytes(manifest, endorsementPublic.bytes)) {
    throw new CompositeError('COMPOSITE_SVSM_KEY_MISMATCH', undefined, {
      details: {
        path: 'additional_evidence.tpm.ek_pubkey',
        expected: encodeHex(manifest),
        actual: encodeHex(endorsementPublic.bytes),
      },
    })
  }
  return nameOf(endorsementPublic)
}

function readJson(text: string): unknown {
  try {
    return parseJson(text)
  } catch (cause) {
    if (!isCodedError(cause)) throw cause
    throw new CompositeError('COMPOSITE_EVIDENCE_JSON', `The additional evidence is malformed: ${cause.message}`, {
      details: { path: 'additional_evidence' },
      cause,
    })
  }
}

function objectAt(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw misshapen(path, 'an object')
}

function misshapen(path: string, expected: string): CompositeError {
  return new CompositeError('COMPOSITE_EVIDENCE_JSON', `The composite evidence is malformed at ${path}.`, {
    details: { path, expected },
  })
}
