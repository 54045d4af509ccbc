import {
  encodeBoolean,
  encodeEnumerated,
  encodeInteger,
  encodeOctetString,
  encodeOid,
  encodeSequence,
} from '@veritee/codec/der'
import type { ExtensionTemplate } from '../../x509/extensions.ts'

const OID = '1.2.840.113741.1.13.1'

/** What a PCK certificate says about the platform. Every member may be changed to break precisely one thing. */
export interface PckValues {
  /** 16 bytes. */
  ppid: Uint8Array
  /** 16 component SVNs. */
  sgxSvns: readonly number[]
  pceSvn: number
  /** 16 bytes. */
  cpuSvn: Uint8Array
  /** 2 bytes. */
  pceId: Uint8Array
  /** 6 bytes. */
  fmspc: Uint8Array
  /** 0 standard, 1 scalable, 2 scalable with integrity. */
  sgxType: number
  /** 16 bytes; with `configuration` on platforms of the Platform CA. */
  platformInstanceId?: Uint8Array
  configuration?: { dynamicPlatform: boolean; cachedKeys: boolean; smtEnabled: boolean }
}

/** Intel's SGX extension (specification page, section 4.3). */
export function pckExtension(values: PckValues): ExtensionTemplate {
  const tcb = [
    ...values.sgxSvns.map((svn, i) => member(`2.${i + 1}`, encodeInteger(svn))),
    member('2.17', encodeInteger(values.pceSvn)),
    member('2.18', encodeOctetString(values.cpuSvn)),
  ]
  const members = [
    member('1', encodeOctetString(values.ppid)),
    member('2', encodeSequence(...tcb)),
    member('3', encodeOctetString(values.pceId)),
    member('4', encodeOctetString(values.fmspc)),
    member('5', encodeEnumerated(values.sgxType)),
  ]
  if (values.platformInstanceId !== undefined) members.push(member('6', encodeOctetString(values.platformInstanceId)))
  if (values.configuration !== undefined) {
    const { dynamicPlatform, cachedKeys, smtEnabled } = values.configuration
    const flags = [dynamicPlatform, cachedKeys, smtEnabled].map((flag, i) => member(`7.${i + 1}`, encodeBoolean(flag)))
    members.push(member('7', encodeSequence(...flags)))
  }
  return { oid: OID, value: encodeSequence(...members) }
}

function member(suffix: string, value: Uint8Array): Uint8Array {
  return encodeSequence(encodeOid(`${OID}.${suffix}`), value)
}
