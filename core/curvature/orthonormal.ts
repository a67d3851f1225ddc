/** What is left of x beside an orthonormal basis, in place, by two passes of Gram-Schmidt; gives its coordinates in it. */
export const orthogonalise = (x: Float64Array, basis: readonly Float64Array[]): Float64Array => {
  const coordinates = new Float64Array(basis.length)
  // "Twice is enough": after the second pass what is left is orthogonal to rounding (Parlett, section 6.9).
  for (let pass = 0; pass < 2; pass++) {
    for (const [j, q] of basis.entries()) {
      const c = dot(q, x)
      coordinates[j] = coordinates[j]! + c
      for (let i = 0; i < x.length; i++) x[i] = x[i]! - c * q[i]!
    }
  }
  return coordinates
}

/** xᵀy, in order. */
export const dot = (x: Float64Array, y: Float64Array): number => {
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!
  return sum
}

/** x/c: a plain loop, several times as fast as `map` on arrays of some thousand numbers. */
export const divided = (x: Float64Array, c: number): Float64Array => {
  const out = new Float64Array(x.length)
  for (let i = 0; i < x.length; i++) out[i] = x[i]! / c
  return out
}
