import { defineBuiltin, type TypedBuiltin } from './define.ts'
import { readString } from './operand.ts'

/** What reaches beyond the policy: notes for whoever evaluates it, and what they say of their runtime. */
export const HOST_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin('trace', 'string -> boolean', (operands, context) => {
    context.print(readString(operands, 1))
    return true
  }),
  defineBuiltin('opa.runtime', '-> object<string: any>', (_, context) => context.runtime, { nondeterministic: true }),
]
