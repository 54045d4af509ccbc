import type { ConfigSection } from '@veritee/service'

const WIDTH = 100

/** Every key of the configuration with its default, its meaning and its danger, for a help text. */
export function describeConfigKeys(sections: readonly ConfigSection[]): string {
  return sections
    .flatMap(({ title, keys }) => [
      `\n${title}:`,
      ...keys.flatMap(({ key, fallback, meaning, danger }) => [
        `  ${key}${fallback === undefined ? '' : ` = ${fallback}`}`,
        ...wrap(meaning, 6),
        ...(danger === undefined ? [] : wrap(`Danger: ${danger}`, 6)),
      ]),
    ])
    .join('\n')
}

/** Lines of at most {@link WIDTH} characters, each after `indent` spaces. A longer word stays whole. */
function wrap(text: string, indent: number): string[] {
  const lines: string[] = []
  for (const word of text.replaceAll('`', '').split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > WIDTH) lines.push(' '.repeat(indent) + word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}
