import { describe, expect, test } from 'vitest'
import { haveVectors, vectorsAbsent } from '../../../testkit/vectors.ts'
import type { RegoVersion } from '../src/syntax/index.ts'
import { readOpaCases } from './cases.ts'
import { EXPECTED_DIFFERENCES } from './expected.ts'
import { isFirstPhase, leftOutReason } from './left-out.ts'
import { runOpaCase } from './opa.ts'

/** How many cases the two corpora hold for each phase, and that they pass, so that none gets lost. */
const PASSED: Readonly<Record<RegoVersion, Readonly<Record<string, number>>>> = {
  v1: { firstPhase: 1766, firstPhasePassed: 1766, secondPhase: 142, secondPhasePassed: 142 },
  v0: { firstPhase: 1424, firstPhasePassed: 1424, secondPhase: 126, secondPhasePassed: 126 },
}

describe.skipIf(!haveVectors).each(['v1', 'v0'] as const)(`conformance %s${vectorsAbsent}`, (version) => {
  test('comes out as the Open Policy Agent does', () => {
    const passed = new Map<string, number>()
    const total = new Map<string, number>()
    const leftOut = new Map<string, string[]>()
    const failures: Record<string, string> = {}
    const counts = { firstPhase: 0, firstPhasePassed: 0, secondPhase: 0, secondPhasePassed: 0 }
    for (const item of readOpaCases(version)) {
      const problem = runOpaCase(item, version)
      const reason = problem === undefined ? undefined : leftOutReason(item.builtins)
      total.set(item.category, (total.get(item.category) ?? 0) + 1)
      if (problem === undefined) passed.set(item.category, (passed.get(item.category) ?? 0) + 1)
      else if (reason) leftOut.set(reason, [...(leftOut.get(reason) ?? []), item.name])
      else failures[item.name] = problem
      const first = isFirstPhase(item.builtins)
      const needed = leftOutReason(item.builtins) === undefined
      if (first) counts.firstPhase++
      if (first && problem === undefined) counts.firstPhasePassed++
      if (!first && needed) counts.secondPhase++
      if (!first && needed && problem === undefined) counts.secondPhasePassed++
    }
    const lines = [...total].map(([category, count]) => `${category} ${passed.get(category) ?? 0}/${count}`)
    console.log(`${version}: ${JSON.stringify(counts)}\n${lines.sort().join(', ')}`)
    console.log(
      [...leftOut].map(([reason, names]) => `left out ${names.length}, ${reason}: ${names.join('; ')}`).join('\n'),
    )
    const unexpected = Object.entries(failures).filter(([name]) => !(name in EXPECTED_DIFFERENCES[version]))
    expect(unexpected.map(([name, problem]) => `${name}: ${problem}`)).toEqual([])
    expect(Object.keys(EXPECTED_DIFFERENCES[version]).filter((name) => !(name in failures))).toEqual([])
    expect(counts).toEqual(PASSED[version])
  })
})
