/** JSON with comments and trailing commas brought to plain JSON of the same length; strings stay as they are. */
export function blankComments(text: string): string {
  const pieces = text.match(/"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|[\s\S]/g) ?? []
  const plain = pieces.map((piece) => (/^\/[/*]/.test(piece) ? piece.replace(/[^\n]/g, ' ') : piece))
  return dropTrailingCommas(plain)
}

function dropTrailingCommas(pieces: readonly string[]): string {
  const kept = [...pieces]
  let comma: number | undefined
  for (const [i, piece] of pieces.entries()) {
    if (piece === ',') comma = i
    else if (piece.trim() !== '') {
      if (comma !== undefined && (piece === '}' || piece === ']')) kept[comma] = ' '
      comma = undefined
    }
  }
  return kept.join('')
}
