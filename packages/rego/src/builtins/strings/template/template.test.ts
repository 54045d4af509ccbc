import { expect, test } from 'vitest'
import { callBuiltin } from '../../../../conformance/call-builtin.ts'

const DATA = { a: { b: 'q' }, n: 5, s: 'abc', xs: [1, 2, 3, 4], none: [], m: { k: 'v', l: 'w' }, zero: 0 }

test.each([
  ['{{.a.b}}|{{.gone}}|{{.n}}', 'q|<undefined>|5'],
  ['a {{- " b " -}} c', 'a b c'],
  ['{{/* a note */}}x', 'x'],
  ['{{"}}"}}', '}}'],
  ['{{range .xs}}{{.}};{{else}}none{{end}}', '1;2;3;4;'],
  ['{{range .none}}{{.}}{{else}}none{{end}}', 'none'],
  ['{{range $i, $x := .xs}}{{if $i}},{{end}}{{$x}}{{end}}', '1,2,3,4'],
  ['{{range $k, $v := .m}}{{$k}}={{$v}};{{end}}', 'k=v;l=w;'],
  ['{{range .xs}}{{if eq . 2}}{{continue}}{{end}}{{if eq . 4}}{{break}}{{end}}{{.}}{{end}}', '13'],
  ['{{if eq .s "x" "abc"}}yes{{end}}', 'yes'],
  ['{{if gt .n 9}}a{{else if lt .n 9}}b{{else}}c{{end}}', 'b'],
  ['{{with .a}}{{.b}}{{$.n}}{{end}}', 'q5'],
  ['{{$x := .a}}{{$x.b}}{{$x = .n}}{{$x}}', 'q5'],
  ['{{.s | printf "%s-%d" "a" | len}}', '17'],
  ['{{len .xs}} {{index .m "k"}} {{index .xs 1}} {{(index .m "l")}}', '4 v 2 w'],
  ['{{and .s .none}} {{or .none .s}} {{not .s}}', '[] abc false'],
  ['{{print .n .n "x" .s}}', '5 5xabc'],
  ['{{html "<a>"}}', '&lt;a&gt;'],
  ['{{.a}} {{.xs}}', 'map[b:q] [1 2 3 4]'],
  ['{{if .zero}}numbers of the data count as true{{end}}', 'numbers of the data count as true'],
  ['{{', 'failed: template: unclosed action'],
  ['{{if .n}}', 'failed: template: unexpected end of if'],
  ['{{end}}', 'failed: template: unexpected {{end}}'],
  ['{{.a.b.c}}', "failed: template: can't evaluate field c in type string"],
  ['{{nope 1}}', 'failed: template: function "nope" not defined'],
  ['{{$y}}', 'failed: template: undefined variable "$y"'],
  ['{{define "x"}}{{end}}', 'failed: template: define is not supported'],
])('%s renders %s', (template, expected) => {
  expect(callBuiltin('strings.render_template', template, DATA)).toBe(expected)
})

test('quotations that never end are refused at once', () => {
  const template = `{{${'"a'.repeat(20_000)}`
  expect(callBuiltin('strings.render_template', template, {})).toMatch(/^failed: template: /)
})
