import {
  type AttestationPolicy,
  compileAttestationPolicy,
  compileResourcePolicy,
  type PolicyDialect,
  type ResourceRules,
  type ResourceShape,
} from '@veritee/appraisal/policy'
import { isCodedError } from '@veritee/codec/error'
import type { PolicyKind } from '../types.ts'

/** A text to compile. */
export interface PolicySource {
  readonly id: string
  readonly text: string
  readonly dialect: PolicyDialect
  readonly shape?: ResourceShape
}

/** Compiles texts, each once as long as there is room. @throws AppraisalError APPRAISAL_POLICY_* */
export type PolicyCompiler = <K extends PolicyKind>(
  kind: K,
  source: PolicySource,
) => K extends 'resource' ? ResourceRules : AttestationPolicy

type Compiled = AttestationPolicy | ResourceRules | Error

/** Characters of policy texts that are kept compiled; the compiled form is a small multiple of it. */
const MAX_CHARACTERS = 8 * 1024 * 1024

/** @param maxCharacters what is kept compiled together; the longest unused goes first */
export function createPolicyCompiler(maxCharacters: number = MAX_CHARACTERS): PolicyCompiler {
  const kept = new Map<string, Compiled>()
  let characters = 0
  const keep = (key: string, compiled: Compiled) => {
    kept.set(key, compiled)
    characters += key.length
    for (const oldest of kept.keys()) {
      if (characters <= maxCharacters) break
      kept.delete(oldest)
      characters -= oldest.length
    }
  }
  return (kind, source) => {
    const { id, text, dialect, shape = '' } = source
    const key = [kind, id, dialect, shape, text].join('\n')
    let compiled = kept.get(key)
    if (compiled === undefined) {
      compiled = compile(kind, source)
      keep(key, compiled)
    } else {
      // The newest stand last.
      kept.delete(key)
      kept.set(key, compiled)
    }
    if (compiled instanceof Error) throw compiled
    return compiled as never
  }
}

function compile(kind: PolicyKind, { shape, ...source }: PolicySource): Compiled {
  try {
    return kind === 'resource' ? compileResourcePolicy(source, shape) : compileAttestationPolicy(source)
  } catch (error) {
    if (isCodedError(error)) return error
    throw error
  }
}
