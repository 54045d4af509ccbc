import { decodeBase64, encodeBase64 } from '../bytes/base64.ts'
import { decodeUtf8 } from '../bytes/text.ts'
import { CodecError } from '../errors.ts'

/** One block of a PEM text. */
export interface PemBlock {
  /** What stands after BEGIN, such as `CERTIFICATE`. */
  readonly label: string
  readonly der: Uint8Array
}

/** Bounds on a PEM text. */
export interface PemLimits {
  /** Longest text accepted; 4 MiB by default. */
  readonly maxBytes?: number
  /** Most blocks accepted; 64 by default. */
  readonly maxBlocks?: number
}

const BOUNDARY = /^-----(BEGIN|END) ([A-Z0-9](?:[A-Z0-9 ]{0,62}[A-Z0-9])?)-----[ \t]*$/

/**
 * Blocks of a PEM text in their order (RFC 7468, lax on white space within a block, strict on base64). Text between
 * blocks is ignored; headers within a block, an unfinished block, an empty one and a stray boundary are refused with
 * `CODEC_PEM_INVALID`, too much with `CODEC_PEM_LIMIT`. A text without any block gives an empty list.
 */
export function parsePem(text: string | Uint8Array, limits: PemLimits = {}): PemBlock[] {
  const { maxBytes = 4 << 20, maxBlocks = 64 } = limits
  if (text.length > maxBytes) throw exceeded('bytes', maxBytes, text.length)
  const blocks: PemBlock[] = []
  let label: string | undefined
  let body: string[] = []
  for (const line of (typeof text === 'string' ? text : decodeUtf8(text)).split(/\r\n|\r|\n/)) {
    if (!line.startsWith('-----')) {
      if (label !== undefined) body.push(line.replace(/[ \t]+/g, ''))
      continue
    }
    const boundary = BOUNDARY.exec(line)
    if (boundary === null) throw invalid('A PEM boundary line is malformed.')
    if (boundary[1] === 'BEGIN') {
      if (label !== undefined) throw invalid('A PEM block begins within another.')
      if (blocks.length === maxBlocks) throw exceeded('blocks', maxBlocks, maxBlocks + 1)
      label = boundary[2]!
      body = []
    } else {
      if (label === undefined || label !== boundary[2])
        throw invalid('A PEM block ends under another label than it began.')
      blocks.push({ label, der: decodeBody(body.join('')) })
      label = undefined
    }
  }
  if (label !== undefined) throw invalid('The last PEM block has no end.')
  return blocks
}

/** One PEM block with lines of 64 letters and a final newline. */
export function encodePem(label: string, der: Uint8Array): string {
  const lines = encodeBase64(der).match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

function decodeBody(base64: string): Uint8Array {
  if (base64 === '') throw invalid('A PEM block is empty.')
  try {
    return decodeBase64(base64)
  } catch (cause) {
    throw new CodecError('CODEC_PEM_INVALID', 'The body of a PEM block is not base64.', { cause })
  }
}

function invalid(message: string): CodecError {
  return new CodecError('CODEC_PEM_INVALID', message)
}

function exceeded(path: string, expected: number, actual: number): CodecError {
  return new CodecError('CODEC_PEM_LIMIT', undefined, { details: { path, expected, actual } })
}
