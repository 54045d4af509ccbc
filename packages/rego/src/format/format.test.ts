import { describe, expect, test } from 'vitest'
import { haveVectors, vectorsAbsent } from '../../../../testkit/vectors.ts'
import { readOpaCases } from '../../conformance/cases.ts'
import { parseModule } from '../syntax/index.ts'
import { formatPolicy } from './index.ts'

describe('formatting', () => {
  test('writes the one form', () => {
    const text = `#  Who may enter.
package   a["b-c"].d # here
import rego.v1
import data.x as   y


# The default.
default allow = false
allow if { input.a==1 ; # why
  every k,v in input.list { v>1
   } }
allow if { {1} & {1} == {1} }
f( x ) = [ x|x:=1 ]
list := [
 1, 2 # two
 # three follows
 ,3
]
p contains q if q := (1+2)*3
z := x if { x := input with input.a as 1
  with input.b as 2 } else := 2 if { true }
# end
`
    expect(formatPolicy(text)).toBe(`#  Who may enter.
package a["b-c"].d # here

import rego.v1
import data.x as y

# The default.
default allow := false
allow if {
	input.a == 1 # why
	every k, v in input.list {
		v > 1
	}
}
allow if {
	{1} & {1} == {1}
}
f(x) := [x | x := 1]
list := [
	1,
	2, # two
	# three follows
	3,
]
p contains q if q := (1 + 2) * 3
z := x if {
	x := input with input.a as 1
		with input.b as 2
} else := 2 if {
	true
}
# end
`)
  })

  test('version 0 keeps its forms', () => {
    const text = 'package p\nx[y] { y = 1 }\na = 1 { true } else = 2 { false }\nb { true } { false }\n'
    expect(formatPolicy(text, '', 'v0')).toBe(
      'package p\n\nx[y] {\n\ty = 1\n}\na = 1 {\n\ttrue\n} else = 2 {\n\tfalse\n}\nb {\n\ttrue\n}\n{\n\tfalse\n}\n',
    )
  })

  test.skipIf(!haveVectors).each(['v1', 'v0'] as const)(
    `means the same and formats to itself, %s${vectorsAbsent}`,
    (version) => {
      for (const text of new Set(readOpaCases(version).flatMap(({ modules }) => modules))) {
        const formatted = formatPolicy(text, '', version)
        expect(formatPolicy(formatted, '', version)).toBe(formatted)
        expect(meaning(formatted)).toBe(meaning(text))
      }
      function meaning(text: string): string {
        const module = parseModule(text, '', version)
        const dropped = new Set([
          'at',
          'end',
          'argsEnd',
          'source',
          'comments',
          'packageAt',
          'text',
          'operator',
          'chained',
          'infix',
        ])
        const body = JSON.stringify(module, (key, value) =>
          dropped.has(key) ? undefined : typeof value === 'bigint' ? String(value) : value,
        )
        return `${module.comments.length} ${body.replace(/"name":"\$\d+"/g, '"name":"_"')}`
      }
    },
  )
})
