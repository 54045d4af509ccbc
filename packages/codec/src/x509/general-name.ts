import { textOfAscii } from '../bytes/text.ts'
import type { DerReader } from '../der/reader.ts'
import { contextTag } from '../der/tags.ts'

/** A GeneralName (RFC 5280 §4.2.1.6); what is neither of the texts nor an address is given by its tag number. */
export type GeneralName =
  | { readonly kind: 'email' | 'dns' | 'uri'; readonly value: string }
  | { readonly kind: 'ip'; readonly value: Uint8Array }
  | { readonly kind: 'other'; readonly tagNumber: number; readonly value: Uint8Array }

const TEXTS = new Map<number, 'email' | 'dns' | 'uri'>([
  [contextTag(1, false), 'email'],
  [contextTag(2, false), 'dns'],
  [contextTag(6, false), 'uri'],
])

/** Reads the names that are left in a reader. */
export function readGeneralNames(names: DerReader): GeneralName[] {
  const found: GeneralName[] = []
  while (!names.atEnd) {
    const { tag, content } = names.read()
    const kind = TEXTS.get(tag)
    if (kind !== undefined && content.every((byte) => byte < 0x80)) found.push({ kind, value: textOfAscii(content) })
    else if (tag === contextTag(7, false)) found.push({ kind: 'ip', value: content })
    else found.push({ kind: 'other', tagNumber: tag & 0x1f, value: content })
  }
  return found
}
