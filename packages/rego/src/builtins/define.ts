import type { Builtin, BuiltinContext } from '../evaluate/builtin.ts'
import type { Value } from '../value/index.ts'
import type { Operands } from './operand.ts'
import { type BuiltinSignature, parseSignature } from './signature.ts'

/** A built-in with the types of its operands and its result. */
export interface TypedBuiltin extends Builtin {
  readonly signature: BuiltinSignature
}

/** How a built-in computes its result; undefined where there is none. */
export type Evaluate = (operands: Operands, context: BuiltinContext) => Value | undefined

/** Makes a built-in of its name, its signature in the notation of {@link parseSignature}, and its function. */
export function defineBuiltin(
  name: string,
  signature: string,
  evaluate: Evaluate,
  options: { readonly nondeterministic?: boolean; readonly relation?: boolean } = {},
): TypedBuiltin {
  const types = parseSignature(signature)
  return { name, arity: types.operands.length, signature: types, evaluate, ...options }
}
