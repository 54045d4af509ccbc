import { CodecError } from '@veritee/codec'
import { verifySignatureSync } from '@veritee/codec/signature-sync'
import type { X509Certificate } from '@veritee/codec/x509'
import type { BuiltinContext } from '../../../evaluate/builtin.ts'
import { parseAddress } from '../../net/address.ts'
import { KEY_PURPOSES } from './algorithms.ts'
import { addressOfBytes, namesOfKind } from './alternative-names.ts'

/** What a chain is held to. */
export interface ChainOptions {
  /** Epoch seconds. */
  readonly at: number
  /** The host that the leaf must name; any where it is undefined. */
  readonly host: string | undefined
  /** Object identifiers of purposes, of which the chain must serve one; empty asks for a TLS server. */
  readonly purposes: readonly string[]
}

const SIGNATURE_STEPS = 20_000
const MAX_CERTIFICATES = 32
const ANY_PURPOSE = KEY_PURPOSES[0]!.oid
const SERVER_PURPOSE = KEY_PURPOSES[1]!.oid

/**
 * The chain from the last certificate up to the first, which is the root; those between may stand in any order. Undefined
 * where there is none: each must be valid at the time, signed by the next, which must be an authority with room for the
 * path, without critical extensions that are not understood (name constraints among them), and serve the purpose.
 * Revocation is not looked at.
 */
export function findChain(
  certificates: readonly X509Certificate[],
  options: ChainOptions,
  context: BuiltinContext,
): readonly X509Certificate[] | undefined {
  const [root, ...rest] = certificates
  const leaf = rest.pop()
  if (root === undefined || leaf === undefined || certificates.length > MAX_CERTIFICATES) return undefined
  if (!isUsable(leaf, options) || !isUsable(root, options)) return undefined
  if (options.host !== undefined && !namesHost(leaf, options.host)) return undefined
  const chain = extend([leaf], root, rest, options, context)
  return chain !== undefined && servesPurpose(chain, options.purposes) ? chain : undefined
}

/** Grows the chain by whatever signed its last certificate; each certificate between is used once at most. */
function extend(
  chain: readonly X509Certificate[],
  root: X509Certificate,
  between: readonly X509Certificate[],
  options: ChainOptions,
  context: BuiltinContext,
): readonly X509Certificate[] | undefined {
  const last = chain[chain.length - 1]!
  if (isSignedBy(last, root, chain.length - 1, context)) return [...chain, root]
  for (const next of between) {
    if (!isUsable(next, options) || !isSignedBy(last, next, chain.length - 1, context)) continue
    const others = between.filter((certificate) => certificate !== next)
    const found = extend([...chain, next], root, others, options, context)
    if (found !== undefined) return found
  }
  return undefined
}

function isUsable(certificate: X509Certificate, { at }: ChainOptions): boolean {
  return at >= certificate.notBefore && at <= certificate.notAfter && certificate.unknownCriticalExtensions.length === 0
}

/** `below` counts the authorities between the issuer and the leaf. */
function isSignedBy(
  certificate: X509Certificate,
  issuer: X509Certificate,
  below: number,
  context: BuiltinContext,
): boolean {
  context.step()
  if (!certificate.issuer.equals(issuer.subject)) return false
  const { basicConstraints, keyUsage } = issuer
  if (issuer.version === 3 && basicConstraints?.ca !== true) return false
  if (keyUsage !== undefined && !keyUsage.has('keyCertSign')) return false
  if (basicConstraints?.pathLength !== undefined && below > basicConstraints.pathLength) return false
  const { scheme } = certificate.signatureAlgorithm
  if (scheme === undefined) return false
  context.step(SIGNATURE_STEPS)
  try {
    return verifySignatureSync(issuer.publicKey, scheme, certificate.tbs, certificate.signature)
  } catch (error) {
    if (error instanceof CodecError) return false
    throw error
  }
}

/** A certificate that names purposes restricts all below it to them. */
function servesPurpose(chain: readonly X509Certificate[], purposes: readonly string[]): boolean {
  const wanted = purposes.length === 0 ? [SERVER_PURPOSE] : purposes
  if (wanted.includes(ANY_PURPOSE)) return true
  return wanted.some((purpose) =>
    chain.every(
      ({ extendedKeyUsage }) =>
        extendedKeyUsage === undefined || extendedKeyUsage.includes(ANY_PURPOSE) || extendedKeyUsage.includes(purpose),
    ),
  )
}

/** The leaf's alternative names decide; its common name does not count. */
function namesHost(leaf: X509Certificate, host: string): boolean {
  const names = leaf.subjectAltNames ?? []
  const plain = host.replace(/^\[(.*)\]$/, '$1')
  const address = parseAddress(plain)
  if (address !== undefined) {
    return names.some((name) => {
      const own = name.kind === 'ip' ? parseAddress(addressOfBytes(name.value)) : undefined
      return own?.bits === address.bits && own.value === address.value
    })
  }
  const labels = plain.toLowerCase().replace(/\.$/, '').split('.')
  return namesOfKind(names, 'dns').some((name) => {
    const pattern = name.toLowerCase().replace(/\.$/, '').split('.')
    if (pattern.length !== labels.length) return false
    return pattern.every((label, i) => (i === 0 && label === '*' && pattern.length > 1 ? true : label === labels[i]))
  })
}
