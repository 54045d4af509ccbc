/** Each code of the rooms that machines have in common: sound input passes, and one change raises the code. */
import { concatBytes, encodeBase64, encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import { encodeEventLogHeader, encodeLogEvent, parseEventLog, replayEventLog } from '@veritee/codec/eventlog'
import { encodePem } from '@veritee/codec/pem'
import { createDcapWorld, encodeTdxEvidence } from '@veritee/simulator'
import { createCsvEventLog, createCsvWorld } from '@veritee/simulator/csv'
import { createSnpWorld } from '@veritee/simulator/snp'
import { createTpmWorld } from '@veritee/simulator/tpm'
import { describe } from 'vitest'
import { Said, testTwins } from '../../../testkit/twins.ts'
import { checkBootLog } from '../src/boot-log/check.ts'
import { BOOT_LOG_ERRORS } from '../src/boot-log/codes.ts'
import { type LoggedBank, verifyBootLog } from '../src/boot-log/index.ts'
import { COLLATERAL_ERRORS } from '../src/collateral/codes.ts'
import { sortCollateral } from '../src/collateral/index.ts'
import { COMPOSITE_ERRORS } from '../src/composite/codes.ts'
import { checkSvsmPair, parseCompositeEvidence } from '../src/composite/index.ts'
import { parseCsvEvidence, parseHskCek, verifyCsvEvidence } from '../src/csv/index.ts'
import { RECOGNIZE_ERRORS } from '../src/recognize/codes.ts'
import { recognizeEvidence } from '../src/recognize/index.ts'
import { Checks } from '../src/result/checks.ts'
import { SAMPLE_ERRORS } from '../src/sample/codes.ts'
import { acceptSample, parseSampleEvidence } from '../src/sample/index.ts'
import { encodeSnpEvidence, parseSnpReport } from '../src/snp/index.ts'

const NOW = 1_790_000_000

describe('boot logs', () => {
  const event = (text: string) => encodeLogEvent(2, 0xd, encodeUtf8(text), ['SHA-384'])
  const log = concatBytes(encodeEventLogHeader(['SHA-384']), event('shim'), event('kernel'))
  const value = replayEventLog(parseEventLog(log), 'SHA-384').registers.get(2)!
  const registers = [{ name: 'rtmr_1', index: 2, value, unlogged: 'zero' }] as const
  const bank = { algorithm: 'SHA-384', kind: 'cc', registers } as const
  const touched = { name: 'rtmr_3', index: 4, value: new Uint8Array(48).fill(1), unlogged: 'any' } as const

  testTwins(BOOT_LOG_ERRORS, {
    BOOT_LOG_MALFORMED: {
      change: 'the last byte is missing',
      genuine: () => verifyBootLog(log, bank),
      tampered: () => verifyBootLog(log.subarray(0, -1), bank),
    },
    BOOT_LOG_ALGORITHM: {
      change: 'registers of another algorithm',
      genuine: () => verifyBootLog(log, bank),
      tampered: () => verifyBootLog(log, { ...bank, algorithm: 'SM3' }),
    },
    BOOT_LOG_MISMATCH: {
      change: 'two events in another order',
      genuine: () => verifyBootLog(log, bank),
      tampered: () =>
        verifyBootLog(concatBytes(encodeEventLogHeader(['SHA-384']), event('kernel'), event('shim')), bank),
    },
    BOOT_LOG_REGISTER_UNEXPLAINED: {
      change: 'a register that the log never extends holds something',
      genuine: () => replay({ ...touched, value: new Uint8Array(48) }),
      tampered: () => replay(touched),
    },
    BOOT_LOG_UNPROVABLE: {
      change: 'a report of the version that has no registers',
      genuine: () => verifyCsv(2),
      tampered: () => verifyCsv(1),
    },
  })

  function replay(register: LoggedBank['registers'][number]): Said {
    const checks = new Checks()
    checkBootLog(checks, 'log', log, { ...bank, registers: [...registers, register] })
    return new Said(checks.made)
  }

  function verifyCsv(version: 1 | 2): Said {
    const world = createCsvWorld({ now: NOW, seed: 'codes' })
    const eventLog = createCsvEventLog()
    const evidence = parseCsvEvidence(world.issueEvidence({ version: 2, eventLog }))
    const old = parseCsvEvidence(world.issueEvidence({ version: 1 }))
    const chip = { ...parseHskCek(world.hskCek), serialNumber: world.serialNumber }
    const own = version === 2 ? evidence : { ...old, eventLog }
    const { checks } = verifyCsvEvidence(own, { chips: [chip], roots: [world.root] })
    return new Said(checks.filter(({ id }) => id === 'csv.eventLog'))
  }
})

describe('sample evidence', () => {
  const sample = { svn: '1', report_data: encodeBase64(encodeUtf8('a question')) }

  testTwins(SAMPLE_ERRORS, {
    SAMPLE_EVIDENCE_JSON: {
      change: 'report data that is no base64',
      genuine: () => parseSampleEvidence(sample),
      tampered: () => parseSampleEvidence({ ...sample, report_data: '***' }),
    },
    SAMPLE_NOT_NAMED: {
      change: 'nobody named the kind',
      genuine: () => acceptSample(parseSampleEvidence(sample), true),
      tampered: () => acceptSample(parseSampleEvidence(sample), false),
    },
    SAMPLE_UNSIGNED: {
      change: 'what else was checked is left out',
      genuine: () => new Said(acceptSample(parseSampleEvidence(sample), true).checks.slice(0, 1)),
      tampered: () => new Said(acceptSample(parseSampleEvidence(sample), true).checks),
    },
  })
})

describe('composite evidence', () => {
  const snp = createSnpWorld({ now: NOW, seed: 'codes', authorityBits: 2048 })
  const tpm = createTpmWorld({ now: NOW, seed: 'codes' })
  const other = createTpmWorld({ now: NOW, seed: 'another TPM' })
  const composite = (devices: object, primary: unknown = {}) =>
    parseCompositeEvidence({ primary_evidence: primary, additional_evidence: JSON.stringify(devices) })
  const machine = {
    ...encodeSnpEvidence(parseSnpReport(snp.issueReport())),
    svsm_manifest: encodeBase64(tpm.endorsement.area),
  }
  const devices = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`d${i}`, {}]))
  const pair = (world: typeof tpm, more: object = {}) =>
    checkSvsmPair('snp', composite({ tpm: { ...world.issueEvidence({ shape: 'banked' }), ...more } }, machine))

  testTwins(COMPOSITE_ERRORS, {
    COMPOSITE_EVIDENCE_JSON: {
      change: 'a machine that is no object',
      genuine: () => composite({ tpm: {} }),
      tampered: () => composite({ tpm: {} }, null),
    },
    COMPOSITE_DEVICES_EXCESSIVE: {
      change: 'one device more',
      genuine: () => composite(devices(16)),
      tampered: () => composite(devices(17)),
    },
    COMPOSITE_SVSM_KEY_MISSING: {
      change: 'the endorsement key is left out',
      genuine: () => pair(tpm),
      tampered: () => pair(tpm, { ek_pubkey: undefined }),
    },
    COMPOSITE_SVSM_KEY_MISMATCH: {
      change: 'the TPM of another machine',
      genuine: () => pair(tpm),
      tampered: () => pair(other),
    },
  })
})

describe('recognising', () => {
  const world = createDcapWorld({ now: NOW, seed: 'codes' })
  const quote = world.issueTdxQuote()
  const json = encodeTdxEvidence(quote)
  const pem = encodePem('CERTIFICATE', world.root.certificate)

  testTwins(RECOGNIZE_ERRORS, {
    EVIDENCE_BYTES_EMPTY: {
      change: 'nothing but blanks',
      genuine: () => recognizeEvidence(` ${encodeHex(quote)}\n`),
      tampered: () => recognizeEvidence(' \n'),
    },
    EVIDENCE_ENCODING_INVALID: {
      change: 'the end of the PEM block is missing',
      genuine: () => recognizeEvidence(pem),
      tampered: () => recognizeEvidence(pem.slice(0, -10)),
    },
    EVIDENCE_JSON_INVALID: {
      change: 'the same member twice',
      genuine: () => recognizeEvidence(json),
      tampered: () => recognizeEvidence(json.replace('{', '{"quote":"",')),
    },
    EVIDENCE_KIND_UNKNOWN: {
      change: 'every constant is gone',
      genuine: () => recognizeEvidence(quote),
      tampered: () => recognizeEvidence(quote.map((byte) => byte | 0x80)),
    },
    EVIDENCE_SIZE_EXCESSIVE: {
      change: 'a byte more than is asked for',
      genuine: () => recognizeEvidence(quote, { maxBytes: quote.length }),
      tampered: () => recognizeEvidence(quote, { maxBytes: quote.length - 1 }),
    },
  })
})

describe('files of collateral', () => {
  const world = createSnpWorld({ now: NOW, seed: 'codes', authorityBits: 2048 })
  const file = (bytes: Uint8Array) => ({ name: 'file', bytes })
  const files = (count: number) => Array.from({ length: count }, () => file(world.certificate()))

  testTwins(COLLATERAL_ERRORS, {
    COLLATERAL_KIND_UNKNOWN: {
      change: 'a report where a certificate was meant',
      genuine: () => sortCollateral([file(world.certificate())]),
      tampered: () => sortCollateral([file(world.issueReport())]),
    },
    COLLATERAL_FILES_EXCESSIVE: {
      change: 'one file more',
      genuine: () => sortCollateral(files(256)),
      tampered: () => sortCollateral(files(257)),
    },
  })
})
