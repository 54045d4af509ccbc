import { ByteCursor } from '../bytes/cursor.ts'
import { encodeHex } from '../bytes/hex.ts'

/** Most nodes of one path that are shown. */
const MAX_NODES = 64

/**
 * Texts of the nodes of an EFI device path (UEFI specification §10), one a node; the end node has none. A kind without a
 * text of its own is shown as its numbers and bytes. Throws `CODEC_BYTES_TRUNCATED` where a node is cut.
 */
export function describeDevicePath(path: Uint8Array): string[] {
  const cursor = new ByteCursor(path)
  const texts: string[] = []
  while (cursor.remaining > 0 && texts.length < MAX_NODES) {
    const type = cursor.u8()
    const subtype = cursor.u8()
    const data = cursor.take(cursor.u16le() - 4)
    if (type === 0x7f) break
    texts.push(describeNode(type, subtype, data))
  }
  return texts
}

function describeNode(type: number, subtype: number, data: Uint8Array): string {
  const cursor = new ByteCursor(data)
  switch (`${type}.${subtype}`) {
    case '1.1':
      return `Pci(${cursor.u8()},${cursor.u8()})`
    case '2.1':
      return `ACPI(${eisaId(cursor.u32le())},${cursor.u32le()})`
    case '4.1':
      return describeHardDrive(cursor)
    case '4.3':
      return `VenMedia(${guidText(cursor.take(16))},${encodeHex(cursor.takeRest())})`
    case '4.4':
      return `File(${utf16Text(data)})`
    default:
      return `Path(${type},${subtype},${encodeHex(data)})`
  }
}

function describeHardDrive(cursor: ByteCursor): string {
  const partition = cursor.u32le()
  const start = cursor.u64le()
  const size = cursor.u64le()
  const signature = cursor.take(16)
  const isGpt = cursor.u8() === 2
  const kind = isGpt ? `GPT,${guidText(signature)}` : `MBR,0x${encodeHex(signature.slice(0, 4).reverse())}`
  return `HD(${partition},${kind},0x${start.toString(16)},0x${size.toString(16)})`
}

/** Compressed EISA id: three letters of five bits in the low half, four digits in the high one. */
function eisaId(id: number): string {
  const letters = [10, 5, 0].map((shift) => String.fromCharCode(0x40 + ((id >> shift) & 0x1f))).join('')
  return letters + (id >>> 16).toString(16).toUpperCase().padStart(4, '0')
}

/** Upper-case text of a GUID, whose first three groups are little-endian. */
function guidText(bytes: Uint8Array): string {
  const group = (start: number, end: number, isReversed: boolean): string => {
    const part = bytes.slice(start, end)
    return encodeHex(isReversed ? part.reverse() : part).toUpperCase()
  }
  return [group(0, 4, true), group(4, 6, true), group(6, 8, true), group(8, 10, false), group(10, 16, false)].join('-')
}

/** Text of little-endian UTF-16 up to its first zero unit; an odd last byte is left out. */
export function utf16Text(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    const unit = bytes[i]! | (bytes[i + 1]! << 8)
    if (unit === 0) break
    text += String.fromCharCode(unit)
  }
  return text.replace(/[\ud800-\udfff]/gu, '\ufffd')
}
