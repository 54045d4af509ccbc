/** Rates measured in turn, round by round, so that a ratio holds while the machine's speed drifts. */

export interface Contestant {
  readonly name: string
  /** One unit of work. */
  readonly run: () => unknown | Promise<unknown>
}

export interface Rate {
  readonly name: string
  /** Median of the rounds, units a second. */
  readonly perSecond: number
  readonly rounds: readonly number[]
}

const clock = (): number => Number(process.hrtime.bigint()) / 1e9

async function spin(run: Contestant['run'], seconds: number): Promise<number> {
  const began = clock()
  let units = 0
  let now = began
  while (now - began < seconds) {
    // Reading the clock is dear beside the fastest contestants: eight units between two readings.
    for (let i = 0; i < 8; i++) {
      const pending = run()
      if (pending instanceof Promise) await pending
    }
    units += 8
    now = clock()
  }
  return units / (now - began)
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Runs the contestants A B C A B C …; each gets a warm-up of half a round first. */
export async function measure(
  contestants: readonly Contestant[],
  options: { rounds?: number; seconds?: number } = {},
): Promise<Rate[]> {
  const { rounds = 5, seconds = 1 } = options
  const results = contestants.map(({ name }) => ({ name, rounds: [] as number[] }))
  for (const { run } of contestants) await spin(run, seconds / 2)
  for (let round = 0; round < rounds; round++) {
    for (const [index, { run }] of contestants.entries()) results[index]!.rounds.push(await spin(run, seconds))
  }
  return results.map(({ name, rounds }) => ({ name, perSecond: median(rounds), rounds }))
}

/** The ratio of two contestants of one run, as the median of the ratios round by round. */
export function ratio(rates: readonly Rate[], above: string, below: string): number {
  const [a, b] = [above, below].map((name) => rates.find((rate) => rate.name === name))
  if (a === undefined || b === undefined) throw new Error(`no such contestant: ${above} or ${below}`)
  return median(a.rounds.map((value, round) => value / b.rounds[round]!))
}
