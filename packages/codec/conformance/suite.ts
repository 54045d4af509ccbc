/** What must come out the same in every runtime; runs in Node by import and in a browser as a bundle. */
import { concatBytes, decodeBase64, decodeHex, encodeHex, encodeUtf8 } from '../src/bytes/index.ts'
import { encodeEventLogHeader, encodeLogEvent, parseEventLog, replayEventLog } from '../src/eventlog/index.ts'
import { digest, type HashAlgorithm, hmac } from '../src/hash/index.ts'
import { canonicalizeJson, findMemberText, parseJson } from '../src/json/index.ts'
import { parsePem } from '../src/pem/index.ts'
import { agreeEphemerally, sealAesGcm, wrapAesKey } from '../src/sealing/index.ts'
import { importPublicKey, type SignatureScheme, verifySignature } from '../src/signature/index.ts'
import { verifySignatureSync } from '../src/signature-sync/index.ts'
import { decryptSm4, encryptSm4, signSm2, sm2PublicKey, sm3, verifySm2 } from '../src/sm/index.ts'
import { parseCertificate, parseCrl, verifyCertificateSignature, verifyCrlSignature } from '../src/x509/index.ts'

export interface SuiteInput {
  /** Each with base64 members. */
  readonly signatures: readonly {
    readonly name: string
    readonly spki: string
    readonly scheme: SignatureScheme
    readonly data: string
    readonly signature: string
  }[]
  /** PEM chains, each certificate signed by the next and the last by itself, with a list the first has signed. */
  readonly chains: readonly { readonly name: string; readonly pem: string; readonly crl?: string }[]
  readonly jsonTexts: readonly string[]
}

export interface SuiteResult {
  readonly digests: readonly string[]
  readonly signatures: readonly (readonly [name: string, native: unknown, synchronous: unknown])[]
  readonly chains: readonly (readonly [name: string, verdicts: readonly unknown[], subjects: readonly string[]])[]
  readonly json: readonly unknown[]
  readonly national: readonly unknown[]
  readonly register: string
  readonly sealing: readonly unknown[]
}

export async function run(input: SuiteInput): Promise<SuiteResult> {
  const digests = (['sha1', 'sha256', 'sha384', 'sha512'] as HashAlgorithm[]).flatMap((algorithm) => [
    encodeHex(digest(algorithm, encodeUtf8('ab'), encodeUtf8('c'))),
    encodeHex(hmac(algorithm, encodeUtf8('key'), encodeUtf8('data'))),
  ])

  const signatures: [string, unknown, unknown][] = []
  for (const { name, spki, scheme, data, signature } of input.signatures) {
    const verify = async (how: typeof verifySignature): Promise<unknown> => {
      const key = importPublicKey({ kind: 'spki', der: decodeBase64(spki) })
      return how(key, scheme, decodeBase64(data), decodeBase64(signature))
    }
    signatures.push([name, await codeOrValue(verify(verifySignature)), await codeOrValue(verify(verifySignatureSync))])
  }

  const chains: [string, unknown[], string[]][] = []
  for (const { name, pem, crl } of input.chains) {
    const certificates = parsePem(pem).map(({ der }) => parseCertificate(der))
    const verdicts: unknown[] = []
    for (const [i, certificate] of certificates.entries()) {
      verdicts.push(await verifyCertificateSignature(certificate, (certificates[i + 1] ?? certificate).publicKey))
    }
    if (crl !== undefined)
      verdicts.push(await verifyCrlSignature(parseCrl(decodeBase64(crl)), certificates[0]!.publicKey))
    chains.push([name, verdicts, certificates.map((certificate) => certificate.subject.toString())])
  }

  const json: unknown[] = []
  for (const text of input.jsonTexts) {
    json.push(await codeOrValue((async () => [canonicalizeJson(parseJson(text)), findMemberText(text, 'a')])()))
  }
  const sealing = await runSealing()
  return { digests, signatures, chains, json, national: runNational(), register: runEventLog(), sealing }
}

function runNational(): unknown[] {
  const data = encodeUtf8('the exact bytes')
  const key = sm3(data).slice(0, 16)
  const ciphertexts = (['ecb', 'cbc', 'ctr'] as const).map((mode) => encryptSm4({ mode, key, iv: key }, data))
  const privateKey = sm3(encodeUtf8('private'))
  const signature = signSm2(privateKey, data, { nonce: sm3(encodeUtf8('nonce')) })
  return [
    encodeHex(sm3(data)),
    ...ciphertexts.map(encodeHex),
    encodeHex(decryptSm4({ mode: 'cbc', key, iv: key }, ciphertexts[1]!)),
    encodeHex(signature),
    verifySm2(sm2PublicKey(privateKey), data, signature),
    verifySm2(sm2PublicKey(privateKey), data, signature.toReversed()),
  ]
}

/** Known answers, and an agreement whose two sides are told apart by nothing but who made them. */
async function runSealing(): Promise<unknown[]> {
  const key = Uint8Array.from({ length: 32 }, (_, index) => index)
  const iv = new Uint8Array(12).fill(7)
  const data = encodeUtf8('the exact bytes')
  const algorithm = { name: 'ECDH', namedCurve: 'P-256' }
  const own = await crypto.subtle.generateKey(algorithm, true, ['deriveBits'])
  const point = new Uint8Array(await crypto.subtle.exportKey('raw', own.publicKey)).slice(1)
  const { publicPoint, secret } = await agreeEphemerally('P-256', point)
  const peer = await crypto.subtle.importKey('raw', Uint8Array.of(4, ...publicPoint), algorithm, false, [])
  const agreed = new Uint8Array(await crypto.subtle.deriveBits({ name: 'ECDH', public: peer }, own.privateKey, 256))
  return [
    encodeHex(await sealAesGcm({ key, iv, additionalData: data }, data)),
    encodeHex(await sealAesGcm({ key, iv }, new Uint8Array())),
    // RFC 3394 §4.6.
    encodeHex(await wrapAesKey(key, decodeHex('00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f'))),
    encodeHex(agreed) === encodeHex(secret),
    (await agreeEphemerally('P-521', p521Point())).secret.length,
    await codeOrValue(agreeEphemerally('P-256', point.toReversed())),
    await codeOrValue(agreeEphemerally('P-256', point.slice(1))),
  ]
}

/** The base point of P-521 (SEC 2 §2.6.1). */
function p521Point(): Uint8Array {
  return decodeHex(
    '00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66' +
      '011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650',
  )
}

function runEventLog(): string {
  const algorithms = ['SHA-384', 'SM3'] as const
  const log = parseEventLog(
    concatBytes(encodeEventLogHeader(algorithms), encodeLogEvent(3, 4, new Uint8Array(4), algorithms)),
  )
  return algorithms.map((name) => encodeHex(replayEventLog(log, name).registers.get(3)!)).join()
}

async function codeOrValue(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}
