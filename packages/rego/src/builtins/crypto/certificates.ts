import type { BuiltinContext } from '../../evaluate/builtin.ts'
import { BuiltinError } from '../../evaluate/builtin.ts'
import { integerOf, isArray, isNumber, isSet, type RegoObject, type Value } from '../../value/index.ts'
import { defineBuiltin, type TypedBuiltin } from '../define.ts'
import { failure, readObject, readString } from '../operand.ts'
import { KEY_PURPOSES } from './x509/algorithms.ts'
import { certificateValue, certificateValueWithUris } from './x509/certificate-value.ts'
import { type ChainOptions, findChain } from './x509/chain.ts'
import { chargeBytes, readCertificates } from './x509/input.ts'
import { requestValue } from './x509/request.ts'

const REFUSED: Value = [false, []]

function readPurposes(value: Value): readonly string[] {
  if (!isArray(value) && !isSet(value)) throw failure("'KeyUsages' should be an Array or Set")
  const unknown: string[] = []
  const purposes = [...value].flatMap((item) => {
    if (typeof item !== 'string') return []
    const found = KEY_PURPOSES.find(({ name }) => name === item)
    if (found === undefined) unknown.push(item)
    return found === undefined ? [] : [found.oid]
  })
  if (unknown.length > 0) throw failure(`invalid entries for 'KeyUsages' found: [${unknown.join(' ')}]`)
  return purposes
}

function readOptions(options: RegoObject, context: BuiltinContext): ChainOptions {
  let at = secondsOf(context.nowNanoseconds)
  let host: string | undefined
  let purposes: readonly string[] = []
  for (const [key, value] of options.entries()) {
    if (key === 'DNSName') {
      if (typeof value !== 'string') throw failure("'DNSName' should be a string")
      host = value === '' ? undefined : value
    } else if (key === 'CurrentTime') {
      const nanoseconds = isNumber(value) ? integerOf(value) : undefined
      if (nanoseconds === undefined) throw failure("'CurrentTime' should be a valid int64 number")
      at = secondsOf(nanoseconds)
    } else if (key === 'KeyUsages') purposes = readPurposes(value)
    else if (key === 'MaxConstraintComparisons') {
      if (!isNumber(value)) throw failure("'MaxConstraintComparisons' should be a number")
    } else if (typeof key === 'string') throw failure('invalid key option')
  }
  return { at, host, purposes }
}

function secondsOf(nanoseconds: bigint): number {
  return Number(nanoseconds / 1_000_000_000n)
}

/** `[true, chain]` from the leaf to the root, or `[false, []]` for whatever is not a chain. */
function verify(text: string, options: ChainOptions, context: BuiltinContext, show: typeof certificateValue): Value {
  chargeBytes(context, text.length)
  let certificates: ReturnType<typeof readCertificates>
  try {
    certificates = readCertificates(text)
  } catch (error) {
    if (error instanceof BuiltinError) return REFUSED
    throw error
  }
  const chain = findChain(certificates, options, context)
  return chain === undefined ? REFUSED : [true, chain.map(show)]
}

/** X.509 certificates and requests shown with the members that Go's types have. */
export const CERTIFICATE_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin('crypto.x509.parse_certificates', 'string -> array<object<string: any>>', (operands, context) => {
    const text = readString(operands, 1)
    chargeBytes(context, text.length)
    return readCertificates(text).map(certificateValueWithUris)
  }),
  defineBuiltin(
    'crypto.x509.parse_and_verify_certificates',
    'string -> [boolean, array<object<string: any>>]',
    (operands, context) => {
      const options = { at: secondsOf(context.nowNanoseconds), host: undefined, purposes: [] }
      return verify(readString(operands, 1), options, context, certificateValueWithUris)
    },
    { nondeterministic: true },
  ),
  defineBuiltin(
    'crypto.x509.parse_and_verify_certificates_with_options',
    'string, object<string: any> -> [boolean, array<object<string: any>>]',
    (operands, context) => {
      const text = readString(operands, 1)
      return verify(text, readOptions(readObject(operands, 2), context), context, certificateValue)
    },
    { nondeterministic: true },
  ),
  defineBuiltin('crypto.x509.parse_certificate_request', 'string -> object<string: any>', (operands, context) =>
    requestValue(readString(operands, 1), context),
  ),
]
