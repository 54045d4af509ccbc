/** OpenSSL's opinion of the certificates, the revocation list and the reports of a simulated AMD world. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { reverseBytes } from '@veritee/codec/bytes'
import { encodePem } from '@veritee/codec/pem'
import { afterAll, describe, expect, test } from 'vitest'
import { encodeDerSignature } from '../crypto/key.ts'
import { createSnpWorld } from './index.ts'

const NOW = 1_790_000_000
const directory = mkdtempSync(join(tmpdir(), 'snp-oracle-'))
afterAll(() => rmSync(directory, { recursive: true }))

function openssl(...parameters: readonly string[]): string {
  const { stdout, stderr } = spawnSync('openssl', parameters, { encoding: 'utf8' })
  return `${stdout ?? ''}${stderr ?? ''}`
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(directory, name)
  writeFileSync(path, content)
  return path
}

const haveOpenssl = openssl('version').startsWith('OpenSSL')
const absent = haveOpenssl ? '' : ' (skipped: openssl is not installed)'

describe.skipIf(!haveOpenssl).each(['Milan', 'Turin'] as const)(`OpenSSL on %s${absent}`, (product) => {
  const world = createSnpWorld({ now: NOW, seed: 'oracle', product })
  const root = file(`ark-${product}.pem`, world.root.pem)

  test.each(['vcek', 'vlek'] as const)('accepts the chain of the %s and the list of the root', (kind) => {
    const leaf = file('leaf.pem', encodePem('CERTIFICATE', world.certificate(kind)))
    const crl = file('crl.pem', encodePem('X509 CRL', world.crl()))
    const checks = ['-attime', String(NOW), '-check_ss_sig', '-ignore_critical', '-CAfile', root]
    expect(openssl('verify', ...checks, '-untrusted', file('chain.pem', world.chain(kind)), leaf)).toContain('OK')
    expect(openssl('crl', '-in', crl, '-CAfile', root, '-noout')).toContain('verify OK')
  })

  test('reads the extensions, and PSS with SHA-384', () => {
    const text = openssl(
      'x509',
      '-in',
      file('leaf.pem', encodePem('CERTIFICATE', world.certificate())),
      '-noout',
      '-text',
    )
    expect(text).toContain('1.3.6.1.4.1.3704.1.3.8')
    expect(text).toMatch(/Hash Algorithm: sha384\s+Mask Algorithm: mgf1 with sha384\s+Salt Length: 0x30/)
    expect(text).toContain('CN = SEV-VCEK')
  })

  test('verifies the signature of a report', () => {
    const report = world.issueReport({ reportData: 'c0ffee' })
    const [r, s] = [0x2a0, 0x2e8].map((at) => reverseBytes(report.subarray(at, at + 48))) as [Uint8Array, Uint8Array]
    const leaf = file('leaf.pem', encodePem('CERTIFICATE', world.certificate()))
    const key = file('key.pem', openssl('x509', '-in', leaf, '-noout', '-pubkey'))
    const signature = file('signature.der', encodeDerSignature(new Uint8Array([...r, ...s])))
    const signed = file('report.bin', report.subarray(0, 0x2a0))
    expect(openssl('dgst', '-sha384', '-verify', key, '-signature', signature, signed)).toContain('Verified OK')
  })
})
