/** Vectors that are otherwise than their label says: what is really in them. */
import { encodeHex, isAllZero } from '@veritee/codec/bytes'
import { parseEventLog, replayEventLog } from '@veritee/codec/eventlog'
import { digest } from '@veritee/codec/hash'
import { hmacSm3 } from '@veritee/codec/sm'
import { describe, expect, test } from 'vitest'
import { codeOf } from '../../../testkit/twins.ts'
import { haveVectors, readVector, vectorsAbsent } from '../../../testkit/vectors.ts'
import { closeCsvReport, parseCsvReport, parseHskCek, verifyCsvEvidence } from '../src/csv/index.ts'
import { parseQuote, type TdxQuote } from '../src/dcap/quote/index.ts'
import { parseTdReport } from '../src/dcap/tdreport/index.ts'

describe.skipIf(!haveVectors)(`vectors as they are${vectorsAbsent}`, () => {
  test('tdreport.dat begins 48 bytes into a TDREPORT: both inner hashes hold there, and nowhere else', async () => {
    const bytes = readVector('dcap/tdreport.dat')
    const sha384 = (start: number, size: number) => encodeHex(digest('sha384', bytes.subarray(start, start + size)))
    const [TCB_INFO, TD_INFO, MISSING] = [256, 512, 48]
    // Of the first hash, at 32 of a report, the last 32 of 48 bytes are left.
    expect(sha384(TCB_INFO - MISSING, 239).slice(32)).toBe(encodeHex(bytes.subarray(0, 32)))
    expect(sha384(TD_INFO - MISSING, 512)).toBe(encodeHex(bytes.subarray(32, 80)))
    for (let start = 0; start <= 1024 - 239; start++)
      if (start !== TCB_INFO - MISSING) expect(sha384(start, 239).slice(32)).not.toBe(encodeHex(bytes.subarray(0, 32)))
    for (let start = 0; start <= 1024 - 512; start++)
      if (start !== TD_INFO - MISSING) expect(sha384(start, 512)).not.toBe(encodeHex(bytes.subarray(32, 80)))
    expect(isAllZero(bytes.subarray(1024 - MISSING))).toBe(true)
    // The type that makes it a TDREPORT is among what is missing, so it is none.
    expect(await codeOf(() => parseTdReport(bytes))).toBe('DCAP_TDREPORT_INVALID')
  })

  test.each(['CCEL_data', 'CCEL_data_ovmf', 'CCEL_data_grub', 'CCEL_AAEL_alibabacloud'])(
    'no stretch of events of %s leads to a register of a quote here',
    (name) => {
      const log = parseEventLog(readVector(`eventlog/${name}`))
      const quotes = ['trustee_tdx_quote_4.dat', 'trustee_tdx_quote_5.dat'].map(
        (file) => parseQuote(readVector(`dcap/${file}`)) as TdxQuote,
      )
      const stated = new Set(
        quotes.flatMap(({ body }) => body.rtmr.filter((value) => !isAllZero(value)).map(encodeHex)),
      )
      expect(stated.size).toBe(4)
      for (const index of [1, 2, 3, 4]) {
        const own = log.events.filter((event) => event.index === index)
        for (let start = 0; start < own.length; start++) {
          for (let end = start + 1; end <= own.length; end++) {
            const { registers } = replayEventLog({ ...log, events: own.slice(start, end) }, 'SHA-384')
            for (const value of registers.values()) expect(stated).not.toContain(encodeHex(value))
          }
        }
      }
    },
  )

  test('report.cert is a page as firmware returns it inside the guest: MAC whole, sealing key not erased', async () => {
    const page = readVector('csv/report.cert')
    const mnonce = Uint8Array.from(Buffer.from('67c6697351ff4aec29cdbaabf2fbe346', 'hex'))
    const [PEK, SEALING_KEY, MAC] = [0x150, 0x9b4, 0x9d4]
    expect(isAllZero(page.subarray(SEALING_KEY, MAC))).toBe(false)
    expect(encodeHex(hmacSm3(mnonce, page.subarray(PEK, MAC)))).toBe(encodeHex(page.subarray(MAC, MAC + 32)))
    expect(parseCsvReport(page, 1).holdsSealingKey).toBe(true)
    const closed = parseCsvReport(closeCsvReport(page, 1, mnonce), 1)
    const chips = [parseHskCek(readVector('csv/hsk_cek.cert'))]
    expect(verifyCsvEvidence({ report: closed, pek: closed.pek }, { chips }).simulated).toBe(false)
    expect(await codeOf(() => closeCsvReport(page.with(MAC, page[MAC]! ^ 1), 1, mnonce))).toBe('CSV_MAC_INVALID')
  })

  test('tpm-debian-10.bin is a log of the older form, with SHA-1 alone', () => {
    const log = parseEventLog(readVector('eventlog/tpm-debian-10.bin'))
    expect(log).toMatchObject({ format: 'sha1', algorithms: ['SHA-1'] })
    expect(log.events.every(({ digests }) => [...digests.keys()].join() === 'SHA-1')).toBe(true)
    const { registers } = replayEventLog(log, 'SHA-1', { registers: 'tpm' })
    expect([...registers.keys()].toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })
})
