import { encodeHex } from '@veritee/codec/bytes'
import type { TpmEvidence, TpmPublic, TpmQuote } from '../tpm/index.ts'
import { nameOf, parseSizedTpmPublic, parseTpmPublic, parseTpmQuote, parseTpmSignature } from '../tpm/index.ts'
import type { Description } from './types.ts'

/** Describes one structure of a TPM. */
export function describeTpmStructure(structure: 'quote' | 'public' | 'signature', bytes: Uint8Array): Description {
  return { structure, ...describe(structure, bytes) }
}

/** Describes evidence JSON: the key, and each quote with the values that it is said to cover. */
export function describeTpmEvidence({ attestationKey, banks, eventLog, agentEventLog }: TpmEvidence): Description {
  return {
    attestationKey: {
      algorithm: attestationKey.curve ?? attestationKey.algorithm,
      spki: encodeHex(attestationKey.spki),
    },
    banks: banks.map(({ hash, quote, signature, pcrs }) => ({
      hash,
      quote: describeQuote(quote),
      signature: { scheme: signature.scheme, hash: signature.hash },
      pcrs: pcrs.map(encodeHex),
    })),
    ...(eventLog === undefined ? {} : { eventLog: { sizeBytes: eventLog.length } }),
    ...(agentEventLog === undefined ? {} : { agentEventLog: { sizeBytes: agentEventLog.length } }),
  }
}

function describe(structure: 'quote' | 'public' | 'signature', bytes: Uint8Array): Description {
  if (structure === 'quote') return describeQuote(parseTpmQuote(bytes))
  if (structure === 'signature') {
    const { scheme, hash, parts } = parseTpmSignature(bytes)
    return { scheme, hash, parts: parts.map(encodeHex) }
  }
  const isSized = ((bytes[0]! << 8) | bytes[1]!) === bytes.length - 2
  return describePublic(isSized ? parseSizedTpmPublic(bytes) : parseTpmPublic(bytes))
}

function describeQuote({
  qualifiedSigner,
  extraData,
  clock,
  firmwareVersion,
  selections,
  pcrDigest,
}: TpmQuote): Description {
  return {
    qualifiedSigner: encodeHex(qualifiedSigner),
    extraData: encodeHex(extraData),
    clock: { ...clock, milliseconds: clock.milliseconds.toString() },
    firmwareVersion: firmwareVersion.toString(16).padStart(16, '0'),
    selections: selections.map(({ hash, pcrs }) => ({ hash, pcrs: [...pcrs] })),
    pcrDigest: encodeHex(pcrDigest),
  }
}

function describePublic(area: TpmPublic): Description {
  return {
    keyKind: area.kind,
    nameHash: area.nameHash,
    ...(area.nameHash === 'sm3' ? {} : { name: encodeHex(nameOf(area)) }),
    attributes: `0x${area.attributes.toString(16).padStart(8, '0')}`,
    authPolicy: encodeHex(area.authPolicy),
    ...(area.curve === undefined ? {} : { curve: area.curve }),
    unique: encodeHex(area.unique),
  }
}
