import { BITS, cosFixed, nearest, ratio, rest, sinFixed } from "./fixed_point.ts"

/** Rows to the unit of the argument. */
export const ROWS_PER_UNIT = 512
const ROWS = 405

/**
 * Sines and cosines of c_i = i/512, i = 0 … 404, to 106 bits: a row is [sin, its rest, cos, its rest].
 *
 * Row by row by the addition theorem; 192-bit integers lose nothing that matters on the way.
 */
const makeTable = (): Float64Array => {
  const table = new Float64Array(4 * ROWS)
  const sinStep = sinFixed(ratio(1n, BigInt(ROWS_PER_UNIT)))
  const cosStep = cosFixed(ratio(1n, BigInt(ROWS_PER_UNIT)))
  let sine = 0n
  let cosine = cosFixed(0n)
  for (let at = 0; at < table.length; at += 4) {
    table[at] = nearest(sine)
    table[at + 1] = rest(sine, table[at]!)
    table[at + 2] = nearest(cosine)
    table[at + 3] = rest(cosine, table[at + 2]!)
    const next = (sine * cosStep + cosine * sinStep) >> BITS
    cosine = (cosine * cosStep - sine * sinStep) >> BITS
    sine = next
  }
  return table
}

export const TABLE = makeTable()
