/** Short Weierstrass curves over a prime field, with the parameters of SEC 2 (P-256, P-384, P-521) and GB/T 32918.5 (SM2). */
export type EcCurve = 'P-256' | 'P-384' | 'P-521' | 'SM2'

/** Parameters of a short Weierstrass curve. */
export interface CurveParameters {
  readonly oid: string
  /** Width of a coordinate and of r and s. */
  readonly coordinateBytes: number
  readonly p: bigint
  /** a is −3 for all of them. */
  readonly b: bigint
  readonly n: bigint
}

/** The curves by name. */
export const CURVES: Readonly<Record<EcCurve, CurveParameters>> = {
  'P-256': {
    oid: '1.2.840.10045.3.1.7',
    coordinateBytes: 32,
    p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  },
  'P-384': {
    oid: '1.3.132.0.34',
    coordinateBytes: 48,
    p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
    n: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  },
  'P-521': {
    oid: '1.3.132.0.35',
    coordinateBytes: 66,
    p: (1n << 521n) - 1n,
    b: 0x51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
    n: 0x1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
  },
  SM2: {
    oid: '1.2.156.10197.1.301',
    coordinateBytes: 32,
    p: 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn,
    b: 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n,
    n: 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n,
  },
}

/** The curve of an object identifier in dotted form. */
export function curveOfOid(oid: string): EcCurve | undefined {
  return (Object.keys(CURVES) as EcCurve[]).find((curve) => CURVES[curve].oid === oid)
}

/** Tells whether x‖y is a point of the curve: both coordinates below p, and y² = x³ − 3x + b. */
export function isOnCurve(curve: EcCurve, x: bigint, y: bigint): boolean {
  const { p, b } = CURVES[curve]
  if (x >= p || y >= p) return false
  return (y * y - (x * x - 3n) * x - b) % p === 0n
}
