import 'reflect-metadata'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as peculiar from '@peculiar/x509'
import { afterAll, describe, expect, test } from 'vitest'
import { haveVectors, readVector, readVectorJson, vectorsAbsent } from '../../../testkit/vectors.ts'
import { decodeHex, encodeHex } from '../src/bytes/index.ts'
import { CodecError } from '../src/errors.ts'
import { encodePem, parsePem } from '../src/pem/index.ts'
import { parseCertificate, parseCrl, verifyCertificateSignature, verifyCrlSignature } from '../src/x509/index.ts'
import { createKeyPair, encodeName, encodeRevocation, mintCertificate, mintCrl, spkiOf, T0 } from './mint.ts'

const haveOpenssl = spawnSync('openssl', ['version']).status === 0
const opensslAbsent = haveOpenssl ? '' : ' (skipped: openssl is not installed)'

const folder = mkdtempSync(join(tmpdir(), 'codec-oracle-'))
afterAll(() => rmSync(folder, { recursive: true }))

function openssl(args: readonly string[], der: Uint8Array): string {
  return execFileSync('openssl', args, { input: der, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] })
}

const genuine: [string, Uint8Array][] = haveVectors
  ? [
      ...['sgx_quote', 'tdx_quote', 'tdx_quote_outdated'].flatMap((name) => {
        const collateral = readVectorJson<Record<string, string>>(`dcap/${name}_collateral.json`)
        return ['pck_crl_issuer_chain', 'tcb_info_issuer_chain'].flatMap((member) =>
          parsePem(collateral[member]!).map(({ der }, i): [string, Uint8Array] => [`${name} ${member} ${i}`, der]),
        )
      }),
      ...['milan', 'genoa', 'turin'].flatMap((line) =>
        parsePem(readVector(`snp/${line}_ask_ark_asvk.pem`)).map(({ der }, i): [string, Uint8Array] => [
          `${line} ${i}`,
          der,
        ]),
      ),
      ...[
        'snp/test-vcek.der',
        'snp/test-vlek.der',
        'snp/turin-vcek.der',
        'ratls/real-rats-tls-cert.der',
        'ratls/clean-tdx.der',
        'ratls/real-intel-sgxsdk-cert.der',
        'ratls/real-rats-tls-cert-openssl-sample.der',
      ].map((name): [string, Uint8Array] => [name, readVector(name)]),
    ]
  : []
const minted: [string, Uint8Array][] = [
  ['minted', mintCertificate()],
  [
    'minted with an escaped name',
    mintCertificate({ subject: encodeName(' a,b+"c"\\<d>;e ', ['2.5.4.10', '#x é'], ['2.5.4.6', 'DE']) }),
  ],
]

describe.skipIf(!haveOpenssl)(`OpenSSL reads the same${opensslAbsent}${vectorsAbsent}`, () => {
  test.each([...genuine, ...minted])('certificate %s', (_, der) => {
    const certificate = parseCertificate(der)
    const printed = openssl(
      [
        'x509',
        '-inform',
        'DER',
        '-noout',
        '-subject',
        '-issuer',
        '-serial',
        '-startdate',
        '-enddate',
        '-pubkey',
        '-nameopt',
        'RFC2253,-esc_msb',
        '-dateopt',
        'iso_8601',
      ],
      der,
    )
    const field = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(printed)?.[1]
    expect(certificate.subject.toString()).toBe(field('subject'))
    expect(certificate.issuer.toString()).toBe(field('issuer'))
    expect(certificate.serialHex.toUpperCase()).toBe(field('serial'))
    expect(certificate.notBefore).toBe(Date.parse(field('notBefore')!.replace(' ', 'T')) / 1000)
    expect(certificate.notAfter).toBe(Date.parse(field('notAfter')!.replace(' ', 'T')) / 1000)
    expect(certificate.publicKey.spki).toEqual(parsePem(printed)[0]!.der)

    const text = openssl(['x509', '-inform', 'DER', '-noout', '-text'], der)
    expect(/Signature Algorithm: (\S+)/.exec(text)![1]).toBe(certificate.signatureAlgorithm.name)
    expect(/CA:TRUE/.test(text)).toBe(certificate.basicConstraints?.ca === true)
    expect(/Certificate Sign/.test(text)).toBe(certificate.keyUsage?.has('keyCertSign') === true)
    expect(/pathlen:(\d+)/.exec(text)?.[1]).toBe(certificate.basicConstraints?.pathLength?.toString())
    const identifier = /Subject Key Identifier:[^\n]*\n\s*(\S+)/.exec(text)?.[1]?.replaceAll(':', '').toLowerCase()
    expect(certificate.subjectKeyId && encodeHex(certificate.subjectKeyId)).toBe(identifier)
    for (const uri of certificate.crlDistributionPoints ?? []) expect(text).toContain(`URI:${uri}`)
  })

  const collateral = haveVectors ? readVectorJson<Record<string, string>>('dcap/tdx_quote_collateral.json') : {}
  const lists: [string, Uint8Array][] = [
    ...['pck_crl', 'root_ca_crl'].flatMap((name): [string, Uint8Array][] =>
      collateral[name] === undefined ? [] : [[name, decodeHex(collateral[name])]],
    ),
    ['minted', mintCrl({ entries: [encodeRevocation(0x80, T0, 1), encodeRevocation(2n ** 150n + 1n, T0 + 5)] })],
  ]
  test.each(lists)('revocation list %s', (_, der) => {
    const crl = parseCrl(der)
    const text = openssl(['crl', '-inform', 'DER', '-noout', '-text', '-nameopt', 'RFC2253'], der)
    const serials = [...text.matchAll(/Serial Number: ([0-9A-F]+)\n\s+Revocation Date: (.*)/g)]
    expect(serials).toHaveLength(crl.entryCount)
    for (const [, serial, date] of serials) expect(crl.revokedAt(decodeHex(serial!))).toBe(Date.parse(date!) / 1000)
    expect(text).toContain(`Issuer: ${crl.issuer}`)
    expect(crl.thisUpdate).toBe(Date.parse(/Last Update: (.*)/.exec(text)![1]!) / 1000)
    expect(crl.nextUpdate).toBe(Date.parse(/Next Update: (.*)/.exec(text)![1]!) / 1000)
    expect(BigInt(/CRL Number: *\n\s+(\S+)/.exec(text)![1]!)).toBe(crl.crlNumber)
  })

  test('and judges signatures the same', async () => {
    const key = createKeyPair()
    const stranger = createKeyPair()
    const der = mintCrl({ key, entries: [encodeRevocation(5, T0)] })
    const certificate = parseCertificate(mintCertificate({ key, subject: encodeName('Issuer') }))
    for (const issuer of [
      certificate,
      parseCertificate(mintCertificate({ key: stranger, subject: encodeName('Issuer') })),
    ]) {
      const path = join(folder, 'issuer.pem')
      writeFileSync(path, encodePem('CERTIFICATE', issuer.der))
      const said = spawnSync('openssl', ['crl', '-inform', 'DER', '-noout', '-CAfile', path, '-verify'], {
        input: der,
        encoding: 'utf8',
      })
      expect(said.stderr).toMatch(/verify (OK|failure)/)
      expect(/verify OK/.test(said.stderr)).toBe(issuer === certificate)
      expect(await verifyCrlSignature(parseCrl(der), issuer.publicKey)).toBe(issuer === certificate)
    }
    expect(spkiOf(key.publicKey)).toEqual(certificate.publicKey.spki)
  })
})

describe('@peculiar/x509 reads the same', () => {
  test.each([...genuine, ...minted])('%s', async (_, der) => {
    const mine = parseCertificate(der)
    const theirs = new peculiar.X509Certificate(der as Uint8Array<ArrayBuffer>)
    expect(mine.serialHex).toBe(theirs.serialNumber.replace(/^(00)+(?=..)/, '').toLowerCase())
    expect(mine.notBefore).toBe(theirs.notBefore.getTime() / 1000)
    expect(mine.notAfter).toBe(theirs.notAfter.getTime() / 1000)
    expect([...mine.extensions.keys()]).toEqual(theirs.extensions.map((extension) => extension.type))
    for (const extension of theirs.extensions) {
      const read = mine.extensions.get(extension.type)!
      expect(read.critical).toBe(extension.critical)
      expect(read.value).toEqual(new Uint8Array(extension.value))
    }
    expect(mine.subject.attributes.length).toBe(
      theirs.subjectName.toJSON().flatMap((entry) => Object.values(entry).flat()).length,
    )
  })

  test.skipIf(!haveVectors)(`and judges chains the same${vectorsAbsent}`, async () => {
    for (const [, der] of genuine) {
      for (const [, issuerDer] of genuine) {
        const [mine, issuer] = [parseCertificate(der), parseCertificate(issuerDer)]
        if (!mine.issuer.equals(issuer.subject)) continue
        const theirs = new peculiar.X509Certificate(der as Uint8Array<ArrayBuffer>)
        const verdict = await theirs.verify({
          publicKey: issuer.publicKey.spki.slice().buffer as ArrayBuffer,
          signatureOnly: true,
        })
        expect(await verdictOf(() => verifyCertificateSignature(mine, issuer.publicKey))).toBe(verdict)
      }
    }
  })
})

async function verdictOf(work: () => boolean | Promise<boolean>): Promise<boolean> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof CodecError) return false
    throw error
  }
}
