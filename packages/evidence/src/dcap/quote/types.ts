/**
 * What an SGX or TDX quote says, as views into the received bytes: nothing is copied, and fields are decoded when they
 * are read. The members are accessors, so a parsed quote is read by name and not by enumerating it.
 *
 * Layouts: Intel SGX ECDSA QuoteLibReference (version 3), Intel TDX DCAP Quoting Library API (versions 4 and 5).
 * None of these types says that anything was verified.
 */

export type DcapTee = 'sgx' | 'tdx'
export type QuoteVersion = 3 | 4 | 5
/** Certification data that a quote can carry: 1 to 3 PPID forms, 4 PCK leaf, 5 PCK chain. */
export type CertificationDataType = 1 | 2 | 3 | 4 | 5

/** The first 48 bytes of a quote. */
export interface QuoteHeader {
  /** The 48 bytes as received. */
  readonly bytes: Uint8Array
  readonly version: QuoteVersion
  /** Always 2, ECDSA P-256: others are refused. */
  readonly attestationKeyType: number
  /** 0x00 for SGX, 0x81 for TDX. In version 3 the same four bytes are `att_key_data_0`, always 0. */
  readonly teeType: number
  /** SVN of the quoting enclave; defined in version 3, reserved from version 4 on. */
  readonly qeSvn: number
  /** SVN of the provisioning certification enclave; defined in version 3, reserved from version 4 on. */
  readonly pceSvn: number
  /** 16 bytes, always Intel's: others are refused. */
  readonly qeVendorId: Uint8Array
  /** 20 bytes; Intel's quoting enclave puts its QE_ID into the first 16. */
  readonly userData: Uint8Array
}

/** SGX attributes as two 64-bit fields. */
export interface SgxAttributes {
  readonly flags: bigint
  readonly xfrm: bigint
}

/** An SGX report body, 384 bytes: the body of an SGX quote, and the report of the quoting enclave in every quote. */
export interface SgxReportBody {
  readonly kind: 'sgx'
  /** The 384 bytes as received. */
  readonly bytes: Uint8Array
  /** 16 bytes. */
  readonly cpuSvn: Uint8Array
  readonly miscSelect: number
  /** 12 bytes. */
  readonly reserved1: Uint8Array
  /** 16 bytes (KSS). */
  readonly isvExtProdId: Uint8Array
  readonly attributes: SgxAttributes
  /** 32 bytes. */
  readonly mrEnclave: Uint8Array
  /** 32 bytes. */
  readonly reserved2: Uint8Array
  /** 32 bytes. */
  readonly mrSigner: Uint8Array
  /** 32 bytes. */
  readonly reserved3: Uint8Array
  /** 64 bytes (KSS). */
  readonly configId: Uint8Array
  readonly isvProdId: number
  readonly isvSvn: number
  /** KSS. */
  readonly configSvn: number
  /** 42 bytes. */
  readonly reserved4: Uint8Array
  /** 16 bytes (KSS). */
  readonly isvFamilyId: Uint8Array
  /** 64 bytes. */
  readonly reportData: Uint8Array
}

/** What every TD report body has, 584 bytes. */
interface TdReportCommon {
  /** The whole body as received: 584, 648 or 885 bytes. */
  readonly bytes: Uint8Array
  /** 16 bytes: [0] module minor SVN, [1] module major version, [2] microcode SVN. */
  readonly teeTcbSvn: Uint8Array
  /** 48 bytes: SHA-384 of the TDX module. */
  readonly mrSeam: Uint8Array
  /** 48 bytes, zero for an Intel module. */
  readonly mrSignerSeam: Uint8Array
  readonly seamAttributes: bigint
  readonly tdAttributes: bigint
  readonly xfam: bigint
  /** 48 bytes: the initial contents of the TD. */
  readonly mrTd: Uint8Array
  /** 48 bytes, set by the host when it makes the TD. */
  readonly mrConfigId: Uint8Array
  /** 48 bytes. */
  readonly mrOwner: Uint8Array
  /** 48 bytes. */
  readonly mrOwnerConfig: Uint8Array
  /** RTMR 0 to 3, 48 bytes each. */
  readonly rtmr: readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
  /** 64 bytes. */
  readonly reportData: Uint8Array
}

/** What TD 1.5 adds. */
interface TdReport15Common extends TdReportCommon {
  /** 16 bytes: the SVNs of the module that runs now, after an update that kept the TD alive. */
  readonly teeTcbSvn2: Uint8Array
  /** 48 bytes: bound service TDs, else zero. */
  readonly mrServiceTd: Uint8Array
}

/** TD report body 1.0, 584 bytes: every version 4 quote, and body type 2 of version 5. */
export interface TdReport10 extends TdReportCommon {
  readonly kind: 'td10'
}

/** TD report body 1.5, 648 bytes: body type 3 of version 5. */
export interface TdReport15 extends TdReport15Common {
  readonly kind: 'td15'
}

/** TD report body 1.5 extended, 885 bytes: body type 4 of version 5. */
export interface TdReport15Extended extends TdReport15Common {
  readonly kind: 'td15ex'
  readonly vmId: number
  /** 32 bytes. */
  readonly tdId: Uint8Array
  /** 48 bytes. */
  readonly deviceInfo: Uint8Array
  /** 48 bytes. */
  readonly initServiceTdHash: Uint8Array
  readonly initServiceTdAttributes: bigint
  /** 16 bytes. */
  readonly initCpuSvn: Uint8Array
  /** 16 bytes. */
  readonly initTeeTcbSvn: Uint8Array
  /** 12 bytes. */
  readonly initTeeFmspc: Uint8Array
  /** 48 bytes. */
  readonly currentServiceTdHash: Uint8Array
  readonly currentServiceTdAttributes: bigint
}

export type TdReportBody = TdReport10 | TdReport15 | TdReport15Extended

/** How the platform that signed the quoting enclave's report is named. */
export interface CertificationData {
  readonly type: CertificationDataType
  /** The content as received; for type 5 usually PEM with one trailing NUL. Not parsed here. */
  readonly bytes: Uint8Array
}

/** The signature data of a quote (ECDSA P-256). */
export interface QuoteSignatureData {
  /** Exactly the bytes that the length field covers. */
  readonly bytes: Uint8Array
  /** r then s, big-endian, 64 bytes, over {@link SgxQuote.signedBytes}, by {@link attestationKey}. */
  readonly signature: Uint8Array
  /** Point x then y, big-endian, 64 bytes. Not checked to be on the curve. */
  readonly attestationKey: Uint8Array
  /** The report of the quoting enclave. */
  readonly qeReport: SgxReportBody
  /** The 384 bytes of {@link qeReport}: what {@link qeReportSignature} covers. */
  readonly qeReportBytes: Uint8Array
  /** r then s, big-endian, 64 bytes, by the PCK key. */
  readonly qeReportSignature: Uint8Array
  /** 0 to 65535 bytes, 32 with Intel's quoting enclave. */
  readonly authData: Uint8Array
  readonly certificationData: CertificationData
  /** Bytes inside the signature data that no field covers. Always empty unless parsed leniently. */
  readonly unreadBytes: Uint8Array
}

interface QuoteCommon {
  /** The whole input as received, with what follows the signature data. */
  readonly bytes: Uint8Array
  readonly header: QuoteHeader
  /** Exactly what the quote signature covers: header, body descriptor of version 5, body. */
  readonly signedBytes: Uint8Array
  readonly signatureData: QuoteSignatureData
  /** What follows the signature data: padding, usually empty or zero. Nothing signs it. */
  readonly extraBytes: Uint8Array
}

/** An SGX quote of version 3, 4 or 5. */
export interface SgxQuote extends QuoteCommon {
  readonly tee: 'sgx'
  readonly version: QuoteVersion
  readonly body: SgxReportBody
}

/** A TDX quote of version 4 or 5. */
export interface TdxQuote extends QuoteCommon {
  readonly tee: 'tdx'
  readonly version: 4 | 5
  readonly body: TdReportBody
}

export type DcapQuote = SgxQuote | TdxQuote

/** What parsing a quote tolerates beside a well-formed quote. */
export interface ParseQuoteOptions {
  /** Refuse a quote that is followed by bytes other than zero. Default false: they are exposed as `extraBytes`. */
  readonly strictPadding?: boolean
  /**
   * Read signature data as laxly as Intel's own library does: unread bytes inside it are exposed instead of refused, and
   * certification data may have any size. Default false.
   */
  readonly lenientSignatureData?: boolean
}
