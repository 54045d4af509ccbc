/**
 * A bounded reader of the XML that manifests are written in: elements with their namespaces and attributes. Document types,
 * and with them entities beyond the five of XML, are refused. Text between elements is passed over.
 */

/** Thrown for what is not well-formed, or too much. */
export class XmlSyntaxError extends Error {}

export interface XmlElement {
  readonly namespace: string
  readonly name: string
  /** By `namespace|name`; without a prefix the namespace is empty. */
  readonly attributes: ReadonlyMap<string, string>
  /** Place of the parent in the list of elements; -1 for the root. */
  readonly parent: number
}

const MAX_CHARACTERS = 8 << 20
const MAX_ELEMENTS = 50_000
const MAX_DEPTH = 64
const MAX_ATTRIBUTES = 256

const NAME =
  /[A-Za-z_\u00c0-\ufffd][A-Za-z0-9_.\-\u00b7-\ufffd]*(?::[A-Za-z_\u00c0-\ufffd][A-Za-z0-9_.\-\u00b7-\ufffd]*)?/y
const ATTRIBUTE = /\s+([^\s=/>"'<]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y
const TAG_END = /\s*(\/?)>/y
const CLOSE_END = /\s*>/y

interface Open {
  readonly tag: string
  readonly index: number
  readonly prefixes: ReadonlyMap<string, string>
}

/** Elements in document order. @throws XmlSyntaxError */
export function parseXml(text: string): XmlElement[] {
  if (text.length > MAX_CHARACTERS) throw new XmlSyntaxError('The document is too large.')
  const elements: XmlElement[] = []
  const stack: Open[] = []
  let position = text.charCodeAt(0) === 0xfeff ? 1 : 0
  while (position < text.length) {
    const start = text.indexOf('<', position)
    checkOutside(text.slice(position, start < 0 ? text.length : start), stack.length)
    if (start < 0) break
    if (text.startsWith('<!--', start)) position = endOf(text, '-->', start + 4)
    else if (text.startsWith('<![CDATA[', start) && stack.length > 0) position = endOf(text, ']]>', start + 9)
    else if (text.startsWith('<?', start)) position = endOf(text, '?>', start + 2)
    else if (text.startsWith('</', start)) position = closeElement(text, start + 2, stack)
    else if (text.startsWith('<!', start)) throw new XmlSyntaxError('Document types are refused.')
    else position = openElement(text, start + 1, stack, elements)
  }
  if (stack.length > 0 || elements.length === 0) throw new XmlSyntaxError('The document is cut short.')
  return elements
}

function checkOutside(between: string, depth: number): void {
  if (depth === 0 && between.trim() !== '') throw new XmlSyntaxError('There is text outside the root element.')
}

function endOf(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from)
  if (at < 0) throw new XmlSyntaxError('The document is cut short.')
  return at + mark.length
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

function closeElement(text: string, at: number, stack: Open[]): number {
  const open = stack.pop()
  const name = match(NAME, text, at)?.[0]
  const end = name === undefined ? null : match(CLOSE_END, text, at + name.length)
  if (open === undefined || open.tag !== name || end === null)
    throw new XmlSyntaxError('An end tag does not fit its start.')
  return at + name.length + end[0].length
}

function openElement(text: string, at: number, stack: Open[], elements: XmlElement[]): number {
  if (elements.length >= MAX_ELEMENTS || stack.length >= MAX_DEPTH)
    throw new XmlSyntaxError('The document has too many elements.')
  if (stack.length === 0 && elements.length > 0) throw new XmlSyntaxError('There are two root elements.')
  const tag = match(NAME, text, at)?.[0]
  if (tag === undefined) throw new XmlSyntaxError('A tag has no name.')
  let position = at + tag.length
  const raw = new Map<string, string>()
  for (let found = match(ATTRIBUTE, text, position); found !== null; found = match(ATTRIBUTE, text, position)) {
    const [whole, name = '', double, single = ''] = found
    if (raw.has(name) || raw.size >= MAX_ATTRIBUTES)
      throw new XmlSyntaxError('An attribute stands twice, or there are too many.')
    raw.set(name, decodeEntities(double ?? single))
    position += whole.length
  }
  const end = match(TAG_END, text, position)
  if (end === null) throw new XmlSyntaxError('A tag is malformed.')
  const prefixes = extendPrefixes(
    raw,
    stack.at(-1)?.prefixes ?? new Map([['xml', 'http://www.w3.org/XML/1998/namespace']]),
  )
  elements.push({
    ...resolve(tag, prefixes, true),
    attributes: resolveAttributes(raw, prefixes),
    parent: stack.at(-1)?.index ?? -1,
  })
  if (end[1] === '') stack.push({ tag, index: elements.length - 1, prefixes })
  return position + end[0].length
}

function extendPrefixes(
  raw: ReadonlyMap<string, string>,
  outer: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const declared = [...raw].filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:'))
  if (declared.length === 0) return outer
  return new Map([
    ...outer,
    ...declared.map(([name, value]): [string, string] => [name === 'xmlns' ? '' : name.slice(6), value]),
  ])
}

function resolve(
  tag: string,
  prefixes: ReadonlyMap<string, string>,
  isElement: boolean,
): { namespace: string; name: string } {
  const colon = tag.indexOf(':')
  if (colon < 0) return { namespace: isElement ? (prefixes.get('') ?? '') : '', name: tag }
  const namespace = prefixes.get(tag.slice(0, colon))
  if (namespace === undefined) throw new XmlSyntaxError('A prefix is not declared.')
  return { namespace, name: tag.slice(colon + 1) }
}

function resolveAttributes(
  raw: ReadonlyMap<string, string>,
  prefixes: ReadonlyMap<string, string>,
): Map<string, string> {
  const attributes = new Map<string, string>()
  for (const [tag, value] of raw) {
    if (tag === 'xmlns' || tag.startsWith('xmlns:')) continue
    const { namespace, name } = resolve(tag, prefixes, false)
    const key = `${namespace}|${name}`
    if (attributes.has(key)) throw new XmlSyntaxError('An attribute stands twice.')
    attributes.set(key, value)
  }
  return attributes
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function decodeEntities(text: string): string {
  return text.replace(/&([^;]{0,12})(;?)/g, (_, name: string, end: string) => {
    const number = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(name)
    const point =
      number === null
        ? undefined
        : Number.parseInt(number[1] ?? (number[2] as string), number[1] === undefined ? 10 : 16)
    const isScalar = point !== undefined && point > 0 && point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff)
    const character = isScalar
      ? String.fromCodePoint(point)
      : Object.hasOwn(ENTITIES, name)
        ? ENTITIES[name]
        : undefined
    if (end === '' || character === undefined) throw new XmlSyntaxError('An entity is not one of the five of XML.')
    return character
  })
}
