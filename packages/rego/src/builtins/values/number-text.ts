import { RegoError } from '../../errors.ts'
import { parseNumber, type RegoNumber } from '../../value/index.ts'
import { failure } from '../operand.ts'

/**
 * Reads a number of a text that the policy was given; undefined when it is none. One with too many digits fails like any
 * other malformed text, so that an input cannot end the evaluation by it.
 */
export function readNumberText(text: string): RegoNumber | undefined {
  try {
    return parseNumber(text)
  } catch (error) {
    if (error instanceof RegoError && error.code === 'REGO_LIMIT_SIZE') throw failure('value out of range')
    throw error
  }
}
