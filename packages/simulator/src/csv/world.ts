import { concatBytes, decodeHex } from '@veritee/codec/bytes'
import { deriveBytes } from '../crypto/seed.ts'
import { createCertificates, deriveCsvKeys } from './authorities.ts'
import { encodeAuthority, encodePlatform } from './certificates.ts'
import { assembleDraft, type CsvDraft } from './draft.ts'
import { replayRegisters } from './event-log.ts'
import { encodeCsvEvidence } from './evidence.ts'
import { type CsvRecipe, type CsvWorldOptions, createRecipe } from './recipe.ts'
import { encodeFirmwareReport, encodeReport, encodeSerialNumber } from './report.ts'
import type { CsvIssueOptions, CsvWorld } from './types.ts'

const AUTHORITY_BYTES = 832

/**
 * Makes a simulated Hygon world: a root (HRK), an authority (HSK) and a chip with CEK and PEK. Everything is derived from
 * a seed, so a named world is the same each time; without a seed it is fresh. Its certificates carry no dates, as Hygon's
 * carry none.
 *
 * Nothing trusts its root unless told to; verdicts that rest on it say `simulated`. Throws SIMULATOR_VALUE_INVALID.
 */
export function createCsvWorld(options: CsvWorldOptions): CsvWorld {
  return openWorld(createRecipe(options))
}

/** The world of a recipe. */
export function openWorld(recipe: CsvRecipe): CsvWorld {
  const seed = decodeHex(recipe.seed)
  const keys = deriveCsvKeys(seed)
  const { hrk, hsk, cek, pek, oca, pdh } = createCertificates(seed, keys)
  const [root, hskBytes, cekBytes, pekBytes] = [
    encodeAuthority(hrk),
    encodeAuthority(hsk),
    encodePlatform(cek),
    encodePlatform(pek),
  ]
  const worldRoot = {
    name: 'Veritee simulated HRK',
    keyId: hrk.keyId,
    publicKey: keys.hrk.point,
    userId: keys.hrk.userId,
    simulated: true,
    certificate: root,
  } as const
  const draft = ({ eventLog, ...values }: CsvIssueOptions = {}): CsvDraft => ({
    keys,
    certificates: createCertificates(seed, keys),
    report: {
      anonce: 0x5eed_0001,
      ...(eventLog === undefined ? {} : { rtmrs: replayRegisters(eventLog) }),
      ...values,
      version: values.version ?? 1,
      signer: keys.pek,
      serialNumber: encodeSerialNumber(recipe.serialNumber),
    },
    ...(eventLog === undefined ? {} : { eventLog }),
    root: worldRoot,
  })
  return {
    recipe,
    serialNumber: recipe.serialNumber,
    root: worldRoot,
    hskCek: concatBytes(hskBytes, cekBytes),
    get platformChain() {
      return concatBytes(encodePlatform(pdh), pekBytes, encodePlatform(oca), cekBytes, hskBytes, root)
    },
    issueReport: (options) => encodeReport({ ...draft(options).report, pek: pekBytes }),
    issueFirmwareReport(options) {
      const sealingKey = deriveBytes(seed, 'sealing key', 32)
      return encodeFirmwareReport({ ...draft(options).report, pek: pekBytes, sealingKey })
    },
    issueEvidence({ withChain = true, ...options } = {}) {
      const { hskCek, ...made } = assembleDraft(draft(options))
      const chain = { hsk: hskCek!.subarray(0, AUTHORITY_BYTES), cek: hskCek!.subarray(AUTHORITY_BYTES) }
      return encodeCsvEvidence({ ...made, ...(withChain ? chain : {}) })
    },
    draft,
  }
}
