/** A positive double in decimal digits: `0.d₁d₂d₃… × 10^point`. No digits stand for zero. */
interface Decimal {
  readonly digits: string
  readonly point: number
}

/** Significand and power of two of a finite double that is not negative: `mantissa × 2^exponent`. */
function splitDouble(value: number): [mantissa: bigint, exponent: number] {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  const biased = Number((bits >> 52n) & 0x7ffn)
  const fraction = bits & ((1n << 52n) - 1n)
  return biased === 0 ? [fraction, -1074] : [fraction | (1n << 52n), biased - 1075]
}

/** All digits of a double, exactly. */
function exactDecimal(value: number): Decimal {
  if (value === 0) return { digits: '', point: 0 }
  const [mantissa, exponent] = splitDouble(value)
  const whole = exponent >= 0 ? mantissa << BigInt(exponent) : mantissa * 5n ** BigInt(-exponent)
  const digits = whole.toString()
  return { digits: digits.replace(/0+$/, ''), point: digits.length + Math.min(exponent, 0) }
}

/** The fewest digits that still mean the same double. */
function shortestDecimal(value: number): Decimal {
  if (value === 0) return { digits: '', point: 0 }
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string]
  return { digits: mantissa.replace('.', '').replace(/0+$/, ''), point: Number(exponent) + 1 }
}

/** Keeps the first `count` digits, halves to the even digit. */
function roundDecimal(value: Decimal, count: number): Decimal {
  const { digits, point } = value
  if (count >= digits.length) return value
  if (count < 0) return { digits: '', point: 0 }
  const rest = digits.slice(count)
  const half = rest[0]! > '5' || (rest[0] === '5' && rest.length > 1)
  const even = count > 0 && (digits.charCodeAt(count - 1) - 48) % 2 === 1
  const up = half || (rest === '5' && even)
  const kept = digits.slice(0, count)
  if (!up) return { digits: kept.replace(/0+$/, ''), point: kept === '' ? 0 : point }
  const raised = (BigInt(kept === '' ? '0' : kept) + 1n).toString()
  return { digits: raised.replace(/0+$/, ''), point: point + raised.length - kept.length }
}

function plainText(value: Decimal, places: number): string {
  const { digits, point } = value
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0'
  if (places <= 0) return whole
  const fraction = point >= 0 ? digits.slice(point) : '0'.repeat(Math.min(-point, places)) + digits
  return `${whole}.${fraction.slice(0, places).padEnd(places, '0')}`
}

function exponentText(value: Decimal, places: number, mark: string): string {
  const { digits, point } = value
  const exponent = digits === '' ? 0 : point - 1
  const head = digits === '' ? '0' : digits[0]!
  const tail = places > 0 ? `.${digits.slice(1, places + 1).padEnd(places, '0')}` : ''
  const size = String(Math.abs(exponent)).padStart(2, '0')
  return `${head}${tail}${mark}${exponent < 0 ? '-' : '+'}${size}`
}

/** `%g`: with an exponent below 10^-4 and from the precision on (6 when there is none), otherwise plainly. */
function generalText(size: number, precision: number, mark: string): string {
  const shortest = precision < 0
  const wanted = precision === 0 ? 1 : precision
  const value = shortest ? shortestDecimal(size) : roundDecimal(exactDecimal(size), wanted)
  const count = value.digits.length
  const fits = wanted > count && count >= value.point
  const threshold = shortest ? 6 : fits ? count : wanted
  const exponent = value.point - 1
  if (count > 0 && (exponent < -4 || exponent >= threshold)) return exponentText(value, count - 1, mark)
  return plainText(value, Math.max(count - value.point, 0))
}

function hexText(value: number, precision: number, upper: boolean): string {
  let [mantissa, exponent] = splitDouble(value)
  if (mantissa === 0n) exponent = 0
  else {
    while (mantissa < 1n << 52n) {
      mantissa <<= 1n
      exponent--
    }
    exponent += 52
  }
  if (precision >= 0 && precision < 13) {
    const shift = BigInt(4 * (13 - precision))
    const rest = mantissa & ((1n << shift) - 1n)
    const half = 1n << (shift - 1n)
    mantissa >>= shift
    if (rest > half || (rest === half && (mantissa & 1n) === 1n)) mantissa++
    mantissa <<= shift
    if (mantissa >= 1n << 53n) {
      mantissa >>= 1n
      exponent++
    }
  }
  const head = mantissa >> 52n
  const fraction = (mantissa & ((1n << 52n) - 1n)).toString(16).padStart(13, '0')
  const tail = precision < 0 ? fraction.replace(/0+$/, '') : fraction.slice(0, precision).padEnd(precision, '0')
  const text = `0x${head}${tail === '' ? '' : `.${tail}`}p${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
  return upper ? text.toUpperCase() : text
}

/**
 * Text of a finite double without its sign, for one of the verbs `b e E f F g G x X` of Go's formats (strconv). A
 * precision of -1 asks for the fewest digits that still mean the same double.
 */
export function formatDouble(value: number, verb: string, precision: number): string {
  const size = Math.abs(value)
  switch (verb) {
    case 'b': {
      const [mantissa, exponent] = splitDouble(size)
      return `${mantissa}p${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`
    }
    case 'x':
    case 'X':
      return hexText(size, precision, verb === 'X')
    case 'f':
    case 'F': {
      const exact = precision < 0 ? shortestDecimal(size) : exactDecimal(size)
      if (precision < 0) return plainText(exact, Math.max(exact.digits.length - exact.point, 0))
      return plainText(roundDecimal(exact, exact.point + precision), precision)
    }
    case 'e':
    case 'E': {
      if (precision < 0) {
        const shortest = shortestDecimal(size)
        return exponentText(shortest, Math.max(shortest.digits.length - 1, 0), verb)
      }
      return exponentText(roundDecimal(exactDecimal(size), precision + 1), precision, verb)
    }
    default:
      return generalText(size, precision, verb === 'G' ? 'E' : 'e')
  }
}
