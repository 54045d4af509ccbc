/** Points of public keys that were met before: a machine signs with one key again and again. */

/** What a point of a curve must offer. */
export interface TabledPoint {
  /** Builds a table of multiples, which makes every later multiplication four times as fast. */
  precompute(windowSize: number, isLazy: boolean): unknown
}

const MOST_POINTS = 64
/** A table costs as much as this many multiplications without one save. */
const USES_BEFORE_TABLE = 8
const WINDOW_BITS = 4

/** The most recently used points; those used often get a table. */
export class PointMemory<Point extends TabledPoint> {
  readonly #points = new Map<string, { readonly point: Point; uses: number }>()

  /** The point of a name, made where it is not known yet. */
  find(name: string, create: () => Point): Point {
    const entry = this.#points.get(name) ?? { point: create(), uses: 0 }
    this.#points.delete(name)
    this.#points.set(name, entry)
    if (++entry.uses === USES_BEFORE_TABLE) entry.point.precompute(WINDOW_BITS, false)
    const [oldest] = this.#points.keys()
    if (this.#points.size > MOST_POINTS && oldest !== undefined) this.#points.delete(oldest)
    return entry.point
  }
}
