/**
 * Mutated policies: whatever the text, compiling, evaluating, explaining and formatting end soon, with a result or an
 * error of the package. `node bench/rego-fuzz.ts [count] [seed]`; the count is a million unless given.
 */
import { compilePolicy, RegoError } from '@veritee/rego'
import { explainRule } from '@veritee/rego/explain'
import { formatPolicy } from '@veritee/rego/format'
import { readOpaCases } from '../packages/rego/conformance/cases.ts'
import { haveVectors } from '../testkit/vectors.ts'

/** Longest time one policy may take, milliseconds. */
const PATIENCE = 3000

const LIMITS = { steps: 20_000, memoryBytes: 4_000_000 }

const OWN_SEEDS = [
  'package p\nx := y if { some i; y := input.a[i]; not y == 2 }\n',
  'package p\nf(a, [b, c]) := d if { d := a + b - c } else := 0\nx := f(1, [2, 3]) with input as {"a": 1}\n',
  'package p\nx[k] contains v if { some k, v in input.a; every z in [1, 2] { z < 3 } }\n',
  'package p\ndefault x := {"a": [1, {2}]}\nx := $"{input.a} {[y | y := 1]}" if input.b in {1, 2} | {3}\n',
  'package p\nx := data.p.y[_].z\ny contains {"z": walk(input)[1]}\nq := sprintf("%v %d", [1, "a"])\n',
]

const INPUT = { a: [1, { b: 2 }, 'c', null], b: 1, c: { d: [true] } }
const KINDS = [/^[a-z_]+$/i, /^[a-z_.]+$/i, /^\d/, /^"/, /^[=<>!]=|^[<>+\-*/%&|]$/, /^[[({]$/, /^[\])}]$/]
const WORD = /[A-Za-z_][A-Za-z0-9_.]*|\d+(?:\.\d+)?|"(?:[^"\\\n]|\\.)*"|\s+|:=|==|!=|<=|>=|[\s\S]/g

/** A small generator of random whole numbers, the same for the same seed. */
function createRandom(seed: number): (below: number) => number {
  let state = seed >>> 0 || 1
  return (below) => {
    state ^= state << 13
    state >>>= 0
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state % below
  }
}

function mutate(
  seeds: readonly (readonly string[])[],
  words: readonly string[],
  random: (below: number) => number,
): string {
  const parts = [...seeds[random(seeds.length)]!]
  for (let count = 1 + random(3); count > 0; count--) {
    const at = random(parts.length)
    const other = seeds[random(seeds.length)]!
    const from = random(other.length)
    switch (random(12)) {
      case 0:
        parts.splice(at, 1 + random(3))
        break
      case 1:
        parts.splice(at, 0, words[random(words.length)]!)
        break
      case 2:
        parts.splice(at, 1, words[random(words.length)]!)
        break
      case 3:
        parts.splice(at, random(5), ...other.slice(from, from + random(12)))
        break
      case 4:
        parts.splice(at, 0, ...parts.slice(at, at + random(20)))
        break
      case 5:
        parts.splice(at, 1, String.fromCharCode(random(128)))
        break
      default:
        parts.splice(at, 1, likeWord(parts[at]!, words, random))
    }
  }
  return parts.join('')
}

/** Another word of the same kind, so that many texts stay well formed. */
function likeWord(word: string, words: readonly string[], random: (below: number) => number): string {
  const kind = KINDS.find((pattern) => pattern.test(word))
  for (let tries = 0; kind && tries < 50; tries++) {
    const other = words[random(words.length)]!
    if (kind.test(other)) return other
  }
  return word
}

/** What became of one text: the code of the error it met, or `evaluated`. Anything but a RegoError is thrown on. */
function tryPolicy(text: string, version: 'v0' | 'v1', thorough: boolean): string {
  try {
    const policy = compilePolicy([{ file: 'fuzz.rego', text }], { version })
    const options = { input: INPUT, limits: LIMITS, clock: () => performance.now() }
    for (const path of policy.rulePaths.slice(0, 4)) {
      try {
        policy.evaluateRule(path, options)
        if (thorough) explainRule(policy, path, options)
      } catch (error) {
        if (!(error instanceof RegoError)) throw error
      }
    }
    if (thorough && formatPolicy(formatPolicy(text, '', version), '', version) !== formatPolicy(text, '', version)) {
      throw new Error('the formatted text does not format to itself')
    }
    return 'evaluated'
  } catch (error) {
    if (error instanceof RegoError) return error.code
    throw error
  }
}

function main(): void {
  const count = Number(process.argv[2] ?? 1_000_000)
  const seed = Number(process.argv[3] ?? 1)
  const random = createRandom(seed)
  const texts = [...OWN_SEEDS]
  if (haveVectors) for (const { modules } of readOpaCases('v1')) texts.push(...modules)
  const seeds = texts.map((text) => text.match(WORD)!)
  const words = [...new Set(seeds.flat())]
  const outcomes = new Map<string, number>()
  let slowest = 0
  for (let i = 0; i < count; i++) {
    const text = mutate(seeds, words, random)
    const start = performance.now()
    try {
      const outcome = tryPolicy(text, i % 4 === 0 ? 'v0' : 'v1', i % 8 === 0)
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
    } catch (error) {
      console.error(`policy ${i} of seed ${seed}:\n${text}`)
      throw error
    }
    const took = performance.now() - start
    slowest = Math.max(slowest, took)
    if (took > PATIENCE) throw new Error(`policy ${i} of seed ${seed} took ${Math.round(took)} ms:\n${text}`)
  }
  console.log(
    JSON.stringify({
      policies: count,
      slowestMilliseconds: Math.round(slowest),
      outcomes: Object.fromEntries(outcomes),
    }),
  )
}

main()
