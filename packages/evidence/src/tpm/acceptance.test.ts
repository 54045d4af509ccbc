import { describe, expect, test } from 'vitest'
import { appraiseTpm, type QuotedBank, type TpmAcceptance } from './index.ts'

const bankOf = (hash: QuotedBank['hash'], change: Partial<QuotedBank['quote']> = {}): QuotedBank => ({
  hash,
  quote: {
    bytes: new Uint8Array(),
    qualifiedSigner: new Uint8Array(),
    extraData: new Uint8Array(),
    clock: { milliseconds: 1n, resetCount: 5, restartCount: 0, safe: true },
    firmwareVersion: 7n,
    selections: [],
    pcrDigest: new Uint8Array(),
    ...change,
  },
  signature: { scheme: 'rsassa', hash: 'sha256', parts: [] },
  pcrs: [],
})
const codesOf = (banks: readonly QuotedBank[], acceptance?: TpmAcceptance) =>
  appraiseTpm(banks, acceptance).map(({ code, severity }) => `${severity} ${code}`)
const unsafe = { clock: { milliseconds: 1n, resetCount: 5, restartCount: 0, safe: false } }

describe('acceptance of TPM quotes', () => {
  test.each<[string, readonly QuotedBank[], TpmAcceptance | undefined, readonly string[]]>([
    ['nothing is held against a good quote', [bankOf('sha256')], undefined, []],
    ['SHA-1 alone is weak', [bankOf('sha1')], undefined, ['error TPM_BANK_WEAK']],
    ['SHA-1 beside SHA-256 is not alone', [bankOf('sha1'), bankOf('sha256')], undefined, []],
    ['SHA-1 by name', [bankOf('sha1')], { allowSha1: true }, []],
    ['an unsafe clock is a warning', [bankOf('sha256', unsafe)], undefined, ['warning TPM_CLOCK_UNSAFE']],
    ['and refused on demand', [bankOf('sha256', unsafe)], { requireSafeClock: true }, ['error TPM_CLOCK_UNSAFE']],
    ['firmware that is named', [bankOf('sha256')], { firmwareVersions: [7n] }, []],
    ['firmware that is not', [bankOf('sha256')], { firmwareVersions: [8n] }, ['error TPM_FIRMWARE_NOT_ACCEPTED']],
    ['resets as many as known', [bankOf('sha256')], { minimumResetCount: 5 }, []],
    ['fewer resets', [bankOf('sha256')], { minimumResetCount: 6 }, ['error TPM_RESET_COUNT_LOW']],
  ])('%s', (_name, banks, acceptance, expected) => {
    expect(codesOf(banks, acceptance)).toEqual(expected)
  })
})
