import { decodeUtf8, encodeHex } from '@veritee/codec/bytes'
import { isCodedError } from '@veritee/codec/error'
import { parsePem } from '@veritee/codec/pem'
import { parseCertificate, parseCrl, type X509Certificate } from '@veritee/codec/x509'
import { PCK_EXTENSION_OID, parsePckExtension } from '../dcap/pck/index.ts'
import { looksLikeVek, parseVek } from '../snp/chain/vek.ts'
import type { Description } from './types.ts'

/** Describes certificates given as PEM, with what may follow their last NUL; what cannot be read is said in its place. */
export function describeCertificates(bytes: Uint8Array): readonly Description[] {
  return attempt(() => {
    const end = bytes.indexOf(0)
    const text = decodeUtf8(end < 0 ? bytes : bytes.subarray(0, end))
    return parsePem(text).map(({ der }) => describeCertificate(der))
  })
}

/** Describes one DER certificate. */
export function describeCertificate(der: Uint8Array): Description {
  return attempt(() => {
    const certificate = parseCertificate(der)
    return [
      {
        subject: certificate.subject.toString(),
        issuer: certificate.issuer.toString(),
        serial: certificate.serialHex,
        notBefore: formatTime(certificate.notBefore),
        notAfter: formatTime(certificate.notAfter),
        publicKey: certificate.publicKey.curve ?? certificate.publicKey.algorithm,
        ca: certificate.basicConstraints?.ca === true,
        extensions: [...certificate.extensions.keys()],
        ...describeSgxExtension(certificate),
        ...describeVek(certificate),
      },
    ]
  })[0]!
}

/** Describes one DER revocation list. */
export function describeCrl(der: Uint8Array): Description {
  return attempt(() => {
    const crl = parseCrl(der)
    return [
      {
        issuer: crl.issuer.toString(),
        thisUpdate: formatTime(crl.thisUpdate),
        ...(crl.nextUpdate === undefined ? {} : { nextUpdate: formatTime(crl.nextUpdate) }),
        ...(crl.crlNumber === undefined ? {} : { number: crl.crlNumber.toString() }),
        entries: crl.entryCount,
      },
    ]
  })[0]!
}

/** RFC 3339 in UTC. */
export function formatTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z')
}

function describeSgxExtension({ extensions }: X509Certificate): Description {
  const extension = extensions.get(PCK_EXTENSION_OID)
  if (extension === undefined) return {}
  const [sgx] = attempt(() => {
    const { ppid, sgxSvns, pceSvn, cpuSvn, pceId, fmspc, sgxType, platformInstanceId } = parsePckExtension(
      extension.value,
    )
    return [
      {
        fmspc: encodeHex(fmspc),
        pceId: encodeHex(pceId),
        ppid: encodeHex(ppid),
        sgxSvns: [...sgxSvns],
        pceSvn,
        cpuSvn: encodeHex(cpuSvn),
        sgxType,
        ...(platformInstanceId === undefined ? {} : { platformInstanceId: encodeHex(platformInstanceId) }),
      },
    ]
  })
  return { sgx }
}

/** The chip and the TCB that an endorsement key certificate of AMD is for. */
function describeVek(certificate: X509Certificate): Description {
  if (!looksLikeVek(certificate)) return {}
  const [snp] = attempt(() => {
    const { kind, productName, tcb, hardwareId, cspId } = parseVek(certificate)
    return [
      {
        kind: kind.toUpperCase(),
        product: productName,
        tcb: { ...tcb },
        ...(hardwareId === undefined ? {} : { hardwareId: encodeHex(hardwareId) }),
        ...(cspId === undefined ? {} : { provider: cspId }),
      },
    ]
  })
  return { snp }
}

/** A part that cannot be read does not hide the rest: its place says why. */
function attempt(read: () => readonly Description[]): readonly Description[] {
  try {
    return read()
  } catch (error) {
    if (!isCodedError(error)) throw error
    return [{ unreadable: error.message, code: error.code }]
  }
}
