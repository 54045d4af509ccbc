/** The known word that a misspelt one was probably meant to be. */

/** Longer words are compared by their beginnings. */
const MAX_LENGTH = 64

/**
 * The nearest of `known` by single-character edits, for messages about misspelt words; undefined when none is near. Case,
 * hyphens and underscores do not count, and words are compared by their first 64 characters.
 */
export function findNearest(word: string, known: Iterable<string>): string | undefined {
  let best: { readonly candidate: string; readonly edits: number } | undefined
  for (const candidate of known) {
    const edits = measureEdits(normalize(word), normalize(candidate))
    if (best === undefined || edits < best.edits) best = { candidate, edits }
  }
  return best !== undefined && best.edits <= Math.max(1, best.candidate.length * 0.4) ? best.candidate : undefined
}

/** Upper case, hyphens and underscores are how the same word is usually misspelt. */
function normalize(word: string): string {
  return word.slice(0, MAX_LENGTH).toLowerCase().replaceAll(/[-_]/g, '')
}

/** Levenshtein distance, two neighbours swapped counting as one edit. */
function measureEdits(a: string, b: string): number {
  let older: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const replaced = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1)
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      const edits = Math.min(previous[column]! + 1, current[column - 1]! + 1, replaced)
      current.push(swapped ? Math.min(edits, older[column - 2]! + 1) : edits)
    }
    older = previous
    previous = current
  }
  return previous[b.length]!
}
