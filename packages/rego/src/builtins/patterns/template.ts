import { defineBuiltin, type Evaluate, type TypedBuiltin } from '../define.ts'
import { failure, type Operands, readString } from '../operand.ts'
import { compilePattern, quotePattern } from './program.ts'

function readDelimiter(operands: Operands, position: number): string {
  const delimiter = readString(operands, position)
  if ([...delimiter].length !== 1) throw failure('delimiter must be one character long')
  return delimiter
}

/** A pattern of a template: what stands between the delimiters is a pattern, everything else is plain. */
function patternOf(template: string, start: string, end: string): string {
  const unbalanced = failure(`unbalanced braces in ${JSON.stringify(template)}`)
  let pattern = ''
  let part = ''
  let depth = 0
  for (const character of template) {
    // Equal delimiters open and close in turn.
    const closes = character === end && (start !== end || depth > 0)
    if (closes) {
      depth--
      if (depth < 0) throw unbalanced
      if (depth === 0) {
        pattern += `(${part})`
        part = ''
        continue
      }
    } else if (character === start) {
      depth++
      if (depth === 1) {
        pattern += quotePattern(part)
        part = ''
        continue
      }
    }
    part += character
  }
  if (depth !== 0) throw unbalanced
  return `^${pattern}${quotePattern(part)}$`
}

const matchTemplate: Evaluate = (operands, context) => {
  const template = readString(operands, 1)
  const text = readString(operands, 2)
  const pattern = patternOf(template, readDelimiter(operands, 3), readDelimiter(operands, 4))
  context.step(1 + (template.length >>> 3))
  return compilePattern(pattern, context).test(text)
}

/** `regex.template_match`: plain text with patterns between delimiters. */
export const TEMPLATE_BUILTINS: readonly TypedBuiltin[] = [
  defineBuiltin('regex.template_match', 'string, string, string, string -> boolean', matchTemplate),
]
