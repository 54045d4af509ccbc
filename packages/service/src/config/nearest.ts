/** Number of single-character edits between two short words, with neighbours swapped counting as one. */
export function measureEdits(a: string, b: string): number {
  let older: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let edits = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (same ? 0 : 1),
      )
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        edits = Math.min(edits, at(older, column - 2) + 1)
      }
      current.push(edits)
    }
    older = previous
    previous = current
  }
  return at(previous, b.length)
}

function at(row: number[], column: number): number {
  return row[column] as number
}

/** The known word that `word` was probably meant to be; undefined when none is near. */
export function findNearest(word: string, known: readonly string[]): string | undefined {
  const plain = (text: string) => text.slice(0, 64).toLowerCase().replaceAll(/[-_]/g, '')
  const scored = known
    .map((candidate) => ({ candidate, edits: measureEdits(plain(word), plain(candidate)) }))
    .sort((a, b) => a.edits - b.edits)
  const best = scored[0]
  return best !== undefined && best.edits <= Math.max(1, Math.floor(best.candidate.length / 3))
    ? best.candidate
    : undefined
}
