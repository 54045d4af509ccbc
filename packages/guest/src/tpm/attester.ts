import { readFile } from 'node:fs/promises'
import { encodeBase64, encodeHex, equalBytes } from '@veritee/codec/bytes'
import { digest } from '@veritee/codec/hash'
import { encodePem } from '@veritee/codec/pem'
import { parseTpmPublic, parseTpmQuote, publicKeyOf } from '@veritee/evidence/tpm'
import type { Attester } from '../attester/attester.ts'
import { GuestError } from '../errors.ts'
import { createPrimary, flushContext, type LoadedKey, quotePcrs, readPcrs, readPublic } from './commands.ts'
import { openTpmDevice, type TpmDevice } from './device.ts'
import { attestationTemplate, type TpmKeyKind } from './templates.ts'

/** Where the kernel shows the firmware's log. */
const EVENT_LOG = '/sys/kernel/security/tpm0/binary_bios_measurements'

const MAX_EVENT_LOG_BYTES = 4 << 20
const PCRS = Array.from({ length: 24 }, (_, pcr) => pcr)
/** How often a quote is taken again because a PCR was extended meanwhile. */
const ATTEMPTS = 4

export interface TpmAttesterOptions {
  /** Opens the TPM. Default the kernel's resource manager, `/dev/tpmrm0`. */
  readonly open?: () => Promise<TpmDevice>
  /** A persistent attestation key, such as 0x81010002. Default: a primary key of the owner hierarchy, the same each time. */
  readonly keyHandle?: number
  /** Kind of the primary key. Default `rsa`. */
  readonly keyKind?: TpmKeyKind
  /** DER of the attestation key's certificate, where somebody issued one. */
  readonly certificate?: Uint8Array
  /** Default the kernel's file; evidence goes without a log when it is absent. */
  readonly eventLogPath?: string
}

/**
 * Evidence of a TPM: `{"ak_public", "tpm_quote": {"signature", "message", "pcrs"}, "ak_cert"?, "eventlog"?}`, a quote over
 * all PCRs of the SHA-256 bank with the report data as its nonce. `collect` throws GuestError GUEST_TPM_* and GUEST_ATTESTER_*.
 */
export function createTpmAttester(options: TpmAttesterOptions = {}): Attester {
  const { open = openTpmDevice, eventLogPath = EVENT_LOG, certificate } = options
  return {
    tee: 'tpm',
    async collect(reportData) {
      if (reportData.length === 0 || reportData.length > 64) {
        throw new GuestError('GUEST_ATTESTER_REPORT_DATA_INVALID', undefined, {
          details: { expected: '1 to 64 bytes', actual: reportData.length },
        })
      }
      const device = await open()
      try {
        const evidence = await collectQuote(device, options, reportData)
        const eventLog = await readEventLog(eventLogPath)
        return {
          ...evidence,
          ...(certificate === undefined ? {} : { ak_cert: encodePem('CERTIFICATE', certificate) }),
          ...(eventLog === undefined ? {} : { eventlog: encodeBase64(eventLog) }),
        }
      } finally {
        await device.close()
      }
    },
  }
}

async function collectQuote(
  device: TpmDevice,
  { keyHandle, keyKind = 'rsa' }: TpmAttesterOptions,
  nonce: Uint8Array,
): Promise<{ readonly [name: string]: unknown }> {
  const key: LoadedKey =
    keyHandle === undefined
      ? await createPrimary(device, 'owner', attestationTemplate(keyKind))
      : { handle: keyHandle, area: await readPublic(device, keyHandle) }
  try {
    const { attest, signature, pcrs } = await quoteSteadily(device, key.handle, nonce)
    return {
      ak_public: encodeBase64(publicKeyOf(parseTpmPublic(key.area)).spki),
      tpm_quote: { signature: encodeBase64(signature), message: encodeBase64(attest), pcrs: pcrs.map(encodeHex) },
    }
  } finally {
    if (keyHandle === undefined) await flushContext(device, key.handle)
  }
}

/** A quote and the values it covers cannot be had in one command, so they are compared. */
async function quoteSteadily(device: TpmDevice, key: number, nonce: Uint8Array) {
  for (let attempt = 1; ; attempt++) {
    const quote = await quotePcrs(device, key, nonce, 'sha256', PCRS)
    const pcrs = await readPcrs(device, 'sha256', PCRS)
    const { pcrDigest } = parseTpmQuote(quote.attest)
    const hash = pcrDigest.length === 48 ? 'sha384' : 'sha256'
    if (pcrs.length === PCRS.length && equalBytes(digest(hash, ...pcrs), pcrDigest)) return { ...quote, pcrs }
    if (attempt === ATTEMPTS) throw new GuestError('GUEST_ATTESTER_RACED', undefined, { details: { path: 'pcrs' } })
  }
}

async function readEventLog(path: string): Promise<Uint8Array | undefined> {
  try {
    const log = new Uint8Array(await readFile(path))
    return log.length > 0 && log.length <= MAX_EVENT_LOG_BYTES ? log : undefined
  } catch {
    return undefined
  }
}
