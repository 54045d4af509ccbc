import { concatBytes, encodeHex, encodeUtf8 } from '@veritee/codec/bytes'
import {
  encodeEventLogHeader,
  encodeLogEvent,
  encodeRuntimeEvent,
  parseEventLog,
  replayEventLog,
} from '@veritee/codec/eventlog'
import { describe, expect, test } from 'vitest'
import { haveVectors, readVector, readVectorJson, vectorsAbsent } from '../../../../testkit/vectors.ts'
import { createDcapClaims } from '../dcap/claims/index.ts'
import { parseQuote, type TdxQuote } from '../dcap/quote/index.ts'
import { EvidenceError } from '../errors.ts'
import { bankOfTdxQuote, claimsOfBootLog, type LoggedBank, verifyBootLog } from './index.ts'

const EV_NO_ACTION = 3
const EV_IPL = 0xd
const EV_EVENT_TAG = 6

function refusalOf(work: () => unknown): EvidenceError {
  try {
    work()
  } catch (error) {
    if (error instanceof EvidenceError) return error
    throw error
  }
  throw new Error('accepted')
}

/** The bank that a log leads to, so that what it takes to fit is known. */
function bankOf(bytes: Uint8Array, algorithm: LoggedBank['algorithm'], kind: LoggedBank['kind'] = 'cc'): LoggedBank {
  const { registers } = replayEventLog(parseEventLog(bytes), algorithm, { registers: kind })
  return {
    algorithm,
    kind,
    registers: [...registers].map(([index, value]) => ({ name: `r${index}`, index, value, unlogged: 'zero' })),
  }
}

const log = (...events: readonly Uint8Array[]) => concatBytes(encodeEventLogHeader(['SHA-384']), ...events)
const ipl = (text: string, hashed = text) => {
  const [whole] = parseEventLog(log(encodeLogEvent(3, EV_IPL, encodeUtf8(hashed), ['SHA-384']))).events
  return encodeLogEvent(3, EV_IPL, encodeUtf8(`${text}\0`), whole!.digests)
}
const claimsOf = (bytes: Uint8Array) => claimsOfBootLog(verifyBootLog(bytes, bankOf(bytes, 'SHA-384')))

describe.skipIf(!haveVectors)(`logs of real machines${vectorsAbsent}`, () => {
  const quote = () => parseQuote(readVector('dcap/trustee_tdx_quote_4.dat')) as TdxQuote

  test('the claims of a quote with a log beside it are wholly those that are expected', () => {
    const bytes = readVector('eventlog/CCEL_data')
    const bootLog = verifyBootLog(bytes, bankOf(bytes, 'SHA-384'))
    const { platform_instance_id: _, ...expected } = readVectorJson<Record<string, unknown>>(
      'dcap/trustee_tdx_quote_4_claims.json',
    )
    expect({ ...createDcapClaims(quote()), ...claimsOfBootLog(bootLog) }).toEqual(expected)
  })

  // The log that these claims were made with is not of the machine of the quote: it leads to 2dc71230… and 0fa3be56….
  test.each([
    ['CCEL_data', 'rtmr_0'],
    ['CCEL_data_ovmf', 'rtmr_0'],
    ['CCEL_data_grub', 'rtmr_0'],
    ['CCEL_AAEL_alibabacloud', 'rtmr_0'],
  ])('BOOT_LOG_MISMATCH: %s is of another machine', (name, register) => {
    const error = refusalOf(() => verifyBootLog(readVector(`eventlog/${name}`), bankOfTdxQuote(quote())))
    expect(error.code).toBe('BOOT_LOG_MISMATCH')
    expect(error.details.path).toBe(register)
  })

  test('BOOT_LOG_ALGORITHM: an SM3 log says nothing about SHA-384 registers', () => {
    expect(refusalOf(() => verifyBootLog(readVector('eventlog/CCEL_data_csv'), bankOfTdxQuote(quote()))).code).toBe(
      'BOOT_LOG_ALGORITHM',
    )
  })

  test('parts of the boot are named in both spellings, and the command line where a digest covers it', () => {
    const bytes = readVector('eventlog/CCEL_AAEL_alibabacloud')
    const claims = claimsOf(bytes)
    for (const part of ['shim', 'grub', 'kernel', 'initrd', 'kernel_cmdline'])
      expect(claims[`measurement.${part}.SHA-384`], part).toEqual(claims[`measurement.${part}.SHA384`])
    expect(claims['measurement.kernel.SHA-384']).toMatch(/^[0-9a-f]{96}$/)
    expect(JSON.stringify(claims['kernel_cmdline'])).toContain('/boot/vmlinuz-5.10.134-19.1.al8.x86_64 root=UUID=')
    expect(claims['aael.coco.com/some-operation']).toEqual([
      'some-content',
      '{"key": "value", "nested-key": {"sub-key": "value"}}',
    ])
  })

  test('an SM3 log of Hygon CSV', () => {
    const bytes = readVector('eventlog/CCEL_data_csv')
    const claims = claimsOfBootLog(verifyBootLog(bytes, bankOf(bytes, 'SM3')))
    expect(claims['measurement.initrd.SM3']).toMatch(/^[0-9a-f]{64}$/)
    expect(claims['measurement.initrd.SM-3']).toBe(claims['measurement.initrd.SM3'])
  })

  test.each(['tpm-debian-10.bin', 'tpm-rhel8-uefi.bin', 'tpm-ubuntu-2404-amd-sevsnp.bin'])(
    '%s in each bank',
    (name) => {
      const bytes = readVector(`eventlog/${name}`)
      for (const algorithm of parseEventLog(bytes).algorithms) {
        const bank = bankOf(bytes, algorithm, 'tpm')
        expect(verifyBootLog(bytes, bank).bound.length).toBeGreaterThan(20)
        const registers = bank.registers.map((register, i) =>
          i === 0 ? { ...register, value: register.value.map((byte) => byte ^ 1) } : register,
        )
        const error = refusalOf(() => verifyBootLog(bytes, { ...bank, registers }))
        expect(error.details.path).toBe(registers[0]!.name)
      }
    },
  )
})

describe('a log', () => {
  const kernel = ipl('grub_linuxefi Kernel', 'the kernel')
  const commandLine = ipl('grub_kernel_cmdline quiet ro', 'quiet ro')
  const runtime = encodeLogEvent(
    4,
    EV_EVENT_TAG,
    encodeRuntimeEvent({ domain: 'example.org', operation: 'load', content: 'a b' }),
    ['SHA-384'],
  )

  test('says what it says', () => {
    const claims = claimsOf(log(kernel, commandLine, runtime))
    expect(claims).toMatchObject({ kernel_cmdline: 'quiet ro', 'aael.example.org/load': ['a b'] })
    expect(claims['uefi_event_logs']).toHaveLength(3)
  })

  test('two kernels are two: neither passes for the other', () => {
    const claims = claimsOf(log(kernel, ipl('grub_linuxefi Kernel', 'another kernel')))
    expect(claims['measurement.kernel.SHA384']).toHaveLength(2)
  })

  test('a command line that its digest does not cover is no claim', () => {
    expect(claimsOf(log(ipl('grub_kernel_cmdline quiet', 'something else')))).not.toHaveProperty('kernel_cmdline')
  })

  test('a runtime measurement that its digest does not cover is no claim', () => {
    const forged = encodeLogEvent(
      4,
      EV_EVENT_TAG,
      encodeRuntimeEvent({ domain: 'example.org', operation: 'load', content: 'good' }),
      new Map([['SHA-384', new Uint8Array(48).fill(1)]] as const),
    )
    const claims = claimsOf(log(forged))
    expect(claims).not.toHaveProperty(['aael.example.org/load'])
    expect(claims['uefi_event_logs']).toMatchObject([{ digest_matches_event: false }])
  })

  test('events that go into no register that is compared are left out', () => {
    const bank = bankOf(log(kernel), 'SHA-384')
    const note = encodeLogEvent(3, EV_NO_ACTION, encodeUtf8('grub_linuxefi Kernel'), ['SHA-384'])
    const elsewhere = encodeLogEvent(0, EV_IPL, encodeUtf8('grub_linuxefi Initrd'), ['SHA-384'])
    const claims = claimsOfBootLog(verifyBootLog(log(kernel, note, elsewhere), bank))
    expect(claims['uefi_event_logs']).toHaveLength(1)
    expect(claims).not.toHaveProperty(['measurement.initrd.SHA-384'])
  })

  test.each<[string, Uint8Array]>([
    ['BOOT_LOG_MALFORMED', log(kernel).subarray(0, -1)],
    ['BOOT_LOG_MALFORMED', new Uint8Array()],
    ['BOOT_LOG_MISMATCH', log(kernel, kernel)],
    ['BOOT_LOG_MISMATCH', log()],
    ['BOOT_LOG_MISMATCH', log(commandLine)],
    ['BOOT_LOG_ALGORITHM', concatBytes(encodeEventLogHeader(['SHA-256']))],
  ])('%s', (code, bytes) => {
    expect(refusalOf(() => verifyBootLog(bytes, bankOf(log(kernel), 'SHA-384'))).code).toBe(code)
  })

  test('a register that something else extends is named where that is allowed, and refused where it is not', () => {
    const value = new Uint8Array(48).fill(7)
    const bank = (unlogged: 'any' | 'zero'): LoggedBank => ({
      algorithm: 'SHA-384',
      kind: 'cc',
      registers: [{ name: 'rtmr_3', index: 4, value, unlogged }],
    })
    expect(verifyBootLog(log(), bank('any')).unexplained).toEqual(['rtmr_3'])
    const error = refusalOf(() => verifyBootLog(log(), bank('zero')))
    expect(error.details).toMatchObject({ path: 'rtmr_3', expected: encodeHex(value), actual: '00'.repeat(48) })
  })
})

describe('parts of a boot in the log of a TPM', () => {
  const logOfTpm = (index: number) => {
    const data = encodeUtf8('Kernel /boot/vmlinuz\0')
    return concatBytes(encodeEventLogHeader(['SHA-256']), encodeLogEvent(index, EV_IPL, data, ['SHA-256']))
  }
  const claimsIn = (index: number) => {
    const bytes = logOfTpm(index)
    return claimsOfBootLog(verifyBootLog(bytes, bankOf(bytes, 'SHA-256', 'tpm')))
  }

  test.each([4, 8, 9, 15])('are taken from PCR %i', (index) => {
    expect(claimsIn(index)).toHaveProperty(['measurement.kernel.SHA-256'])
  })

  test.each([16, 17, 23])('are not taken from PCR %i, which the boot does not fill', (index) => {
    const claims = claimsIn(index)
    expect(Object.keys(claims)).toEqual(['uefi_event_logs'])
    expect(claims['uefi_event_logs']).toHaveLength(1)
  })
})
