import { concatBytes, decodeHex, encodeHex } from '@veritee/codec/bytes'
import { parsePem } from '@veritee/codec/pem'
import { parseCertificate } from '@veritee/codec/x509'
import { describe, expect, test } from 'vitest'
import { haveVectors, readVector, readVectorJson, vectorsAbsent } from '../../../../../testkit/vectors.ts'
import { parseDcapCollateral } from '../collateral/index.ts'
import { PCK_EXTENSION_OID, parsePckExtension } from '../pck/index.ts'
import { parseQuote } from '../quote/index.ts'
import { verifyDcapQuote } from '../verify/index.ts'
import { createDcapClaims } from './claims.ts'
import { findIntelClasses, INTEL_CLASSES } from './classes.ts'
import { createTcbClaims, type TcbClaimsSource } from './tcb.ts'

const SOURCE: TcbClaimsSource = {
  tcb: {
    status: 'OutOfDate',
    launch: { tcbDateAt: 1710288000, advisoryIds: ['INTEL-SA-00960', 'INTEL-SA-01036'] },
    current: { status: 'UpToDate', tcbDateAt: 1731456000, advisoryIds: [] },
  },
  pck: {
    ppid: decodeHex('27e0ea63c5bc76685225c63a3d844170'),
    sgxType: 'ScalableWithIntegrity',
    platformInstanceId: decodeHex('7a3a6941065cd5060bd93d3db2cfc0c8'),
    configuration: { dynamicPlatform: true, smtEnabled: false },
  },
  supplemental: {
    earliestIssuedAt: 1526899510,
    latestIssuedAt: 1756048752,
    earliestExpiresAt: 1758639725,
    tcbEvaluationDataNumber: 18,
    pckCrlNumber: '1',
    rootCaCrlNumber: '90071992547409930',
    rootKeyId: decodeHex('46e403bd'.repeat(12)),
  },
  expired: false,
}

/** A version 5 quote with a TD 1.5 extended body whose bytes count up. */
function buildExtendedQuote(): Uint8Array {
  const header = decodeHex(`0500020081000000aabbccdd939a7233f79c4ca9940a0db3957f0607${'11'.repeat(20)}`)
  const body = Uint8Array.from({ length: 885 }, (_, i) => i & 255)
  const inner = concatBytes(new Uint8Array(384 + 64), decodeHex('00000500'), decodeHex('01000000'), decodeHex('2d'))
  const data = concatBytes(new Uint8Array(128), decodeHex('0600'), decodeHex('c9010000'), inner)
  return concatBytes(header, decodeHex('040075030000'), body, decodeHex('4f020000'), data)
}

describe.skipIf(!haveVectors)(`claims of genuine quotes${vectorsAbsent}`, () => {
  test('a TDX quote: exactly what the attestation service prints, but for the event log', () => {
    const quote = parseQuote(readVector('dcap/trustee_tdx_quote_4.dat'))
    const chain = parsePem(quote.signatureData.certificationData.bytes.slice(0, -1))
    const extension = parseCertificate(chain[0]!.der).extensions.get(PCK_EXTENSION_OID)
    const pck = parsePckExtension(extension!.value)
    const { uefi_event_logs, ...expected } = readVectorJson<Record<string, unknown>>(
      'dcap/trustee_tdx_quote_4_claims.json',
    )
    expect(uefi_event_logs).toBeInstanceOf(Array)
    expect(createDcapClaims(quote, { ...SOURCE, pck })).toEqual({
      ...createTcbClaims(quote, { ...SOURCE, pck }),
      ...expected,
    })
    // The platform instance is what a certificate says: it is no claim of the quote alone.
    const { platform_instance_id, ...stated } = expected
    expect(platform_instance_id).toBe(encodeHex(pck.platformInstanceId!.toReversed()))
    expect(createDcapClaims(quote)).toEqual(stated)
  })

  test('a TDX quote of version 5 states type, size and the members of TD 1.5', () => {
    const quote = parseQuote(readVector('dcap/trustee_tdx_quote_5.dat'))
    const claims = createDcapClaims(quote) as { quote: Record<string, unknown> }
    expect(claims.quote).toMatchObject({ type: '0300', size: '88020000', header: { version: '0500' } })
    const body = claims.quote['body'] as Record<string, string>
    expect(body['tee_tcb_svn2']).toBe(encodeHex(quote.bytes.slice(54 + 584, 54 + 600)))
    expect(body['mr_servicetd']).toBe(encodeHex(quote.bytes.slice(54 + 600, 54 + 648)))
  })

  test('an SGX quote', () => {
    const quote = parseQuote(readVector('dcap/trustee_occlum_quote.dat'))
    expect(createDcapClaims(quote)).toEqual({
      header: {
        version: '0300',
        att_key_type: '0200',
        att_key_data_0: '00000000',
        qe_svn: '0800',
        pce_svn: '0d00',
        vendor_id: '939a7233f79c4ca9940a0db3957f0607',
        user_data: 'dccde9b31ce8860548173bb4a2a57a1600000000',
      },
      body: {
        cpu_svn: '06060c0cffff00000000000000000000',
        misc_select: '01000000',
        reserved1: '00'.repeat(12),
        isv_ext_prod_id: '00'.repeat(16),
        'attributes.flags': '0700000000000000',
        'attributes.xfrm': 'e700000000000000',
        mr_enclave: '8f173e4613ff05c52aaf04162d234edae8c9977eae47eb2299ae16a553011c68',
        reserved2: '00'.repeat(32),
        mr_signer: '83d719e77deaca1470f6baf62a4d774303c899db69020f9c70ee1dfc08c7ce9e',
        reserved3: '00'.repeat(32),
        config_id: '00'.repeat(64),
        isv_prod_id: '0000',
        isv_svn: '0000',
        config_svn: '0000',
        reserved4: '00'.repeat(42),
        isv_family_id: '00'.repeat(16),
        report_data: `74657374${'00'.repeat(60)}`,
      },
      report_data: `74657374${'00'.repeat(60)}`,
      init_data: '00'.repeat(64),
    })
  })
})

describe.skipIf(!haveVectors)(`claims of a verified quote${vectorsAbsent}`, () => {
  test.each([
    ['dcap/sgx_quote', 'ConfigurationAndSWHardeningNeeded', 0xa008, 'INTEL-SA-00289,INTEL-SA-00615', 0],
    ['dcap/tdx_quote', 'UpToDate', 0, '', 0x81],
  ])('%s', async (file, status, code, advisories, teeType) => {
    const collateral = parseDcapCollateral(readVector(`${file}_collateral.json`))
    const now = Date.parse('2025-06-25T00:00:00Z') / 1000
    const verified = await verifyDcapQuote(readVector(file), { collateral, now })
    expect(createDcapClaims(verified.quote, verified)).toMatchObject({
      tcb_status: status,
      advisory_ids: advisories.split(',').filter((id) => id !== ''),
      collateral_expiration_status: '0',
      root_ca_crl_num: 1,
      tcb_verification: {
        tcb_status_code: code,
        advisory_ids: advisories,
        tee_type: teeType,
        collateral_expired: false,
      },
    })
  })
})

describe('appraisal classes of Intel', () => {
  const version4 = (moduleMajor: number): Uint8Array => {
    const bytes = concatBytes(buildExtendedQuote().subarray(0, 48), new Uint8Array(584))
    bytes[0] = 4
    bytes[49] = moduleMajor
    return concatBytes(bytes, buildExtendedQuote().subarray(54 + 885))
  }

  test.each([
    [0, 'tdx10Platform', 'tdx10Application'],
    [1, 'tdx15Platform', 'tdx15Application'],
    [3, 'tdx15Platform', 'tdx15Application'],
  ] as const)('version 4 with a module %i', (moduleMajor, platform, tenant) => {
    expect(findIntelClasses(parseQuote(version4(moduleMajor)))).toEqual({
      platform: INTEL_CLASSES[platform],
      tenant: INTEL_CLASSES[tenant],
      quotingEnclave: INTEL_CLASSES.tdxQuotingEnclave,
    })
  })

  test('version 5 goes by its body, and a module not known has none', () => {
    expect(findIntelClasses(parseQuote(buildExtendedQuote()))?.platform).toBe(INTEL_CLASSES.tdx15Platform)
    expect(findIntelClasses(parseQuote(version4(2)))).toBeUndefined()
  })
})

describe('claims of a platform', () => {
  const quote = parseQuote(buildExtendedQuote())

  test('come in both upstream spellings', () => {
    const claims = createDcapClaims(quote, SOURCE)
    expect(claims).toMatchObject({
      tcb_status: 'OutOfDate',
      tcb_date: '2024-03-13T00:00:00Z',
      advisory_ids: ['INTEL-SA-00960', 'INTEL-SA-01036'],
      tcb_status_current: 'UpToDate',
      tcb_date_current: '2024-11-13T00:00:00Z',
      advisory_ids_current: [],
      collateral_expiration_status: '0',
      earliest_issue_date: '2018-05-21T10:45:10Z',
      latest_issue_date: '2025-08-24T15:19:12Z',
      earliest_expiration_date: '2025-09-23T15:02:05Z',
      tcb_eval_num: 18,
      pck_crl_num: 1,
      root_ca_crl_num: '90071992547409930',
      root_key_id: '46e403bd'.repeat(12),
      platform_provider_id: '27e0ea63c5bc76685225c63a3d844170',
      platform_instance_id: 'c8c0cfb23d3dd90b06d55c0641693a7a',
      sgx_type: 'Scalable with Integrity',
      is_dynamic_platform: true,
      is_smt_enabled: false,
    })
    expect(claims).not.toHaveProperty('is_cached_keys')
    expect(claims['tcb_verification']).toEqual({
      tcb_status: 'OutOfDate',
      tcb_status_code: 0xa002,
      collateral_expired: false,
      earliest_issue_date: 1526899510,
      latest_issue_date: 1756048752,
      earliest_expiration_date: 1758639725,
      tcb_level_date_tag: 1710288000,
      tcb_eval_ref_num: 18,
      advisory_ids: 'INTEL-SA-00960,INTEL-SA-01036',
      tee_type: 0x81,
    })
  })

  test('say that collateral expired, and what type the platform has', () => {
    const expired = createDcapClaims(quote, { ...SOURCE, expired: true, pck: { ...SOURCE.pck, sgxType: 7 } })
    expect(expired).toMatchObject({ collateral_expiration_status: '1', sgx_type: 'Unknown (7)' })
    expect(expired['tcb_verification']).toMatchObject({ collateral_expired: true })
  })

  test('are absent without a verification', () => {
    expect(Object.keys(createDcapClaims(quote)).sort()).toEqual(['init_data', 'quote', 'report_data', 'td_attributes'])
  })

  test('the extended body is printed to its last byte, in order', () => {
    const { body } = (createDcapClaims(quote) as { quote: { body: Record<string, string> } }).quote
    expect(Object.values(body).join('')).toBe(encodeHex(quote.body.bytes))
    expect(body['vmid']).toBe('88')
  })

  test('survive JSON unchanged', () => {
    const claims = createDcapClaims(quote, SOURCE)
    expect(JSON.parse(JSON.stringify(claims))).toEqual(claims)
  })
})
