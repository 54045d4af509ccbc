/** OpenSSL's opinion of the certificates, revocation lists and signatures that the simulated world makes. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeHex } from '@veritee/codec/bytes'
import { encodePem, parsePem } from '@veritee/codec/pem'
import { afterAll, describe, expect, test } from 'vitest'
import { assembleDraft } from './draft.ts'
import { createDcapWorld } from './world.ts'

const NOW = 1_790_000_000
const directory = mkdtempSync(join(tmpdir(), 'oracle-'))
afterAll(() => rmSync(directory, { recursive: true }))

const haveOpenssl = ((): boolean => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

function openssl(...parameters: readonly string[]): string {
  try {
    return execFileSync('openssl', parameters, { stdio: ['ignore', 'pipe', 'pipe'] }).toString()
  } catch (error) {
    return (error as { stderr: Buffer; stdout: Buffer }).stderr.toString()
  }
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(directory, name)
  writeFileSync(path, content)
  return path
}

function crlPem(hex: string): string {
  return encodePem('X509 CRL', decodeHex(hex))
}

describe.skipIf(!haveOpenssl)(`OpenSSL${haveOpenssl ? '' : ' (skipped: openssl is not installed)'}`, () => {
  const world = createDcapWorld({ now: NOW, seed: 'oracle' })
  const root = file('root.pem', world.root.pem)
  const [leaf, intermediate] = parsePem(world.pckChain).map(({ label, der }) => encodePem(label, der))
  const bundle = world.collateral('tdx')
  const crls = crlPem(bundle.root_ca_crl) + crlPem(bundle.pck_crl)
  const checks = ['-attime', String(NOW), '-x509_strict', '-check_ss_sig', '-crl_check_all', '-ignore_critical']

  function verifyLeaf(certificate: string, lists: string): string {
    const untrusted = file('intermediate.pem', intermediate!)
    const options = ['-CAfile', root, '-untrusted', untrusted, '-CRLfile', file('crls.pem', lists)]
    return openssl('verify', ...checks, ...options, file('leaf.pem', certificate))
  }

  test('accepts the PCK chain and both lists', () => {
    expect(verifyLeaf(leaf!, crls)).toContain('leaf.pem: OK')
  })

  test('accepts the TCB signing chain', () => {
    expect(verifyLeaf(bundle.tcb_info_issuer_chain, crls)).toContain('leaf.pem: OK')
  })

  test('refuses a revoked PCK certificate', () => {
    const draft = world.draft('tdx')
    draft.pckCrl.revoked = [draft.certificates.pck.serial]
    const { collateral } = assembleDraft(draft)
    expect(verifyLeaf(leaf!, crlPem(collateral.root_ca_crl) + crlPem(collateral.pck_crl))).toContain('revoked')
  })

  test('refuses a list signed by a stranger', () => {
    const draft = world.draft('tdx')
    draft.pckCrl.signer = draft.keys.stranger
    const { collateral } = assembleDraft(draft)
    expect(verifyLeaf(leaf!, crlPem(collateral.root_ca_crl) + crlPem(collateral.pck_crl))).toContain(
      'CRL signature failure',
    )
  })

  test('reads the names and the SGX extension', () => {
    const text = openssl('x509', '-in', file('leaf.pem', leaf!), '-noout', '-text')
    expect(text).toContain('CN = Intel SGX PCK Certificate, O = Veritee simulator (not Intel)')
    expect(text).toContain('1.2.840.113741.1.13.1')
    expect(text).toContain('Digital Signature, Non Repudiation')
  })
})
