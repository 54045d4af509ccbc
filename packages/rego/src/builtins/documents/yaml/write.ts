import {
  isArray,
  isNumber,
  isObject,
  isSet,
  numberText,
  stringText,
  termText,
  type Value,
} from '../../../value/index.ts'
import { trimEnd } from '../../strings/ends.ts'
import { isPlainString } from './scalar.ts'

/** A text that needs no marks around it, apart from what it would be read as. */
const PLAIN = /^(?![-?:](?:\s|$)|[\s,[\]{}#&*!|>'"%@`]|---|\.\.\.)(?:[^:#\s]|:(?=\S)|(?<=\S)#| +(?=[^#\s:]|:(?=\S)))*$/
const NEEDS_ESCAPES = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]/

function scalarText(text: string): string {
  if (text === '') return '""'
  if (NEEDS_ESCAPES.test(text) || text.includes('\n') || text.includes('\t')) return stringText(text)
  // YAML 1.1 readers take a lone dot, or dots between underscores, for a number that has no digits.
  if (!isPlainString(text) || /^[-+]?[._]+$/.test(text)) return stringText(text)
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", "''")}'`
}

/** A text of several lines as a block, where its lines can stand there unchanged. */
function blockText(text: string, indent: string): string | undefined {
  if (!text.includes('\n') || NEEDS_ESCAPES.test(text) || /^[ \n]|[ \t]$|[ \t]\n/.test(text)) return undefined
  const body = trimEnd(text, '\n')
  const ends = text.length - body.length
  const mark = ends === 0 ? '|-' : ends === 1 ? '|' : '|+'
  const lines = body.split('\n').map((line) => (line === '' ? '' : `${indent}  ${line}`))
  return `${mark}\n${lines.join('\n')}${'\n'.repeat(Math.max(ends - 1, 0))}`
}

function isEmpty(value: Value): boolean {
  return isObject(value) ? value.size === 0 : isArray(value) ? value.length === 0 : isSet(value) && value.size === 0
}

function leafText(value: Value, indent: string): string {
  if (isObject(value)) return '{}'
  if (isArray(value) || isSet(value)) return '[]'
  if (isNumber(value)) return numberText(value)
  return typeof value === 'string' ? (blockText(value, indent) ?? scalarText(value)) : String(value)
}

function isLeaf(value: Value): boolean {
  return value === null || typeof value !== 'object' || isNumber(value) || isEmpty(value)
}

function linesOf(value: Value, indent: string): string {
  if (isLeaf(value)) return `${leafText(value, indent)}\n`
  if (isObject(value)) {
    return [...value.entries()]
      .map(([key, item]) => {
        const name = scalarText(typeof key === 'string' ? key : termText(key))
        if (isLeaf(item)) return `${indent}${name}: ${leafText(item, indent)}\n`
        // The items of a list stand at the column of its key.
        return `${indent}${name}:\n${linesOf(item, isObject(item) ? `${indent}  ` : indent)}`
      })
      .join('')
  }
  const items = [...(value as Iterable<Value>)]
  return items
    .map((item) => {
      if (isLeaf(item)) return `${indent}- ${leafText(item, indent)}\n`
      return `${indent}- ${linesOf(item, `${indent}  `).slice(indent.length + 2)}`
    })
    .join('')
}

/** YAML text of a value in blocks; members in the order of their keys, sets as lists. */
export function writeYaml(value: Value): string {
  return linesOf(value, '')
}
