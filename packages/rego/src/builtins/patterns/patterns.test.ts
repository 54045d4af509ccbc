import { expect, test } from 'vitest'
import { callBuiltin } from '../../../conformance/call-builtin.ts'

const CASES: readonly (readonly [name: string, args: readonly unknown[], expected: unknown])[] = [
  ['regex.match', ['^\\p{Greek}+$', 'αβ'], true],
  ['regex.match', ['(', 'x'], 'failed: error parsing regexp: missing closing ): `(`'],
  ['regex.match', ['(?=x)', 'x'], 'failed: error parsing regexp: invalid or unsupported Perl syntax: `(?=`'],
  ['regex.is_valid', ['(?<n>x)'], true],
  ['regex.find_n', ['', 'a😀b', -1], ['', '', '', '']],
  ['regex.find_n', ['a*', 'baac', -1], ['', 'aa', '']],
  ['regex.find_all_string_submatch_n', ['(a)|(b)', 'ab', 1], [['a', 'a', '']]],
  ['regex.split', ['', 'abc'], ['a', 'b', 'c']],
  ['regex.split', [',', 'a,b,'], ['a', 'b', '']],
  ['regex.replace', ['abc', '(?P<x>b)', `[\${x}$1$0$$$y\${9}]`], 'a[bbb$]c'],
  ['regex.replace', ['abc', 'b', '$1x'], 'ac'],
  ['regex.replace', ['abc', '', '-'], '-a-b-c-'],
  ['regex.replace', ['baaac', 'a*', 'x'], 'xbxcx'],
  ['regex.template_match', ['a.{[0-9]+}', 'axb1', '{', '}'], false],
  ['regex.template_match', ['a.{[0-9]{2}}', 'a.12', '{', '}'], true],
  ['regex.template_match', ['a{', 'a', '{', '}'], 'failed: unbalanced braces in "a{"'],
  ['regex.template_match', ['a', 'a', '{{', '}'], 'failed: delimiter must be one character long'],
  ['glob.match', ['a\\*[b-d]?', null, 'a*c.'], true],
  ['glob.match', ['*.{com,{n,o}et}', [], 'x.oet'], true],
  ['glob.match', ['**.x', [], 'a.b\nc.x'], true],
  ['glob.match', ['[!a-c]', [], 'b'], false],
  ['glob.match', ['[a-]', [], '-'], true],
  ['glob.match', ['a(b)|c', [], 'a(b)|c'], true],
  ['glob.match', ['*', ['/', ':'], 'a.b'], true],
  ['glob.match', ['*', ['/', ':'], 'a:b'], false],
  ['glob.match', ['[a', [], 'a'], 'failed: unexpected end of input: a list has no closing bracket'],
  ['glob.match', ['{a', [], 'a'], 'failed: unexpected end of input: alternatives have no closing brace'],
  ['glob.match', ['a', ['ab'], 'a'], 'failed: delimiters must be single characters'],
  ['glob.quote_meta', ['a*{b}[c]\\'], 'a\\*\\{b\\}\\[c\\]\\\\'],
  ['regex.globs_match', ['a*b', 'aab+'], true],
  ['regex.globs_match', ['a+', 'b*'], false],
  ['regex.globs_match', ['[a-c]+[x-z]*', 'c[w-x]'], true],
  ['regex.globs_match', ['\\[a\\]', '.a.'], true],
  ['regex.globs_match', ['a', ''], false],
  [
    'regex.globs_match',
    ['*a', 'a'],
    "failed: input:*a, pos:1, flag '*' must be preceded by a token: the input provided is invalid",
  ],
]

test.each(CASES)('%s, case %#', (name, args, expected) => {
  expect(callBuiltin(name, ...args)).toEqual(expected)
})
