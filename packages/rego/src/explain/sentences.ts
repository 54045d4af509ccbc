import { placeText } from '../errors.ts'
import type { ExplainedValue, Explanation, FailedExpression } from './types.ts'

/** Longest text of a value in a sentence. */
const MAX_VALUE_TEXT = 160

/** An explanation in sentences, one a line, those about inner causes indented. */
export function explanationLines(explanation: Explanation, indent = ''): string[] {
  const { rule, defined, value, isDefault, branches } = explanation
  const state = defined ? `is ${valueText(value)}${isDefault ? ', its default' : ''}` : 'has no value'
  const lines = [`${indent}\`${rule}\` ${state}.`]
  for (const { failed } of branches) if (failed) lines.push(...failureLines(failed, `${indent}  `))
  return lines
}

function failureLines(failed: FailedExpression, indent: string): string[] {
  const tries = failed.tries > 1 ? ` (tried ${failed.tries} times)` : ''
  const verdict = failed.negated ? 'holds what it denies' : 'does not hold'
  const lines = [`${indent}${placeText(failed.location)}: \`${oneLine(failed.text)}\` ${verdict}${tries}.`]
  for (const sample of failed.samples) {
    if (sample.length > 0) lines.push(`${indent}  ${sample.map(valueSentence).join('; ')}.`)
  }
  for (const inner of failed.inner) lines.push(...failureLines(inner, `${indent}  `))
  for (const because of failed.because) lines.push(...explanationLines(because, `${indent}  `))
  return lines
}

function valueSentence({ text, defined, value }: ExplainedValue): string {
  return defined ? `\`${text}\` is ${valueText(value)}` : `\`${text}\` is undefined`
}

function valueText(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined'
  return text.length > MAX_VALUE_TEXT ? `${text.slice(0, MAX_VALUE_TEXT)}…` : text
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ')
}
