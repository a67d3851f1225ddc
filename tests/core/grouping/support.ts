/** Matrices, draws and reference data that the tests of grouping share. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { packSymmetric, type Relaxation } from "../../../core/grouping/mod.ts"
import { child, random, type Stream, stream, zeroKey } from "../../../core/random/mod.ts"

/** The value of a Right, or a failure that shows the Left. */
export const right = <A>(e: E.Either<unknown, A>): A => {
  if (E.isLeft(e)) assert.fail(JSON.stringify(e.left))
  return e.right
}

/** The error of a Left. */
export const left = <A>(e: E.Either<A, unknown>): A => {
  if (E.isRight(e)) assert.fail("expected an error")
  return e.left
}

/** A stream, the same for the same index. */
export const draws = (index = 0): Stream => stream(child(zeroKey, "tests", "grouping", index))

/** One of the files under tests/fixtures. */
export const reference = (path: string): unknown =>
  JSON.parse(gunzipSync(readFileSync(new URL(`../../fixtures/${path}.json.gz`, import.meta.url))).toString())

/** Any square matrix of `least` to `most` rows with entries in [−1, 1]. */
export const matrix = (least: number, most: number): fc.Arbitrary<number[][]> =>
  fc.integer({ min: least, max: most }).chain((n) => {
    const row = fc.array(
      fc.integer({ min: -1000, max: 1000 }).map((x) => x / 1000),
      { minLength: n, maxLength: n }
    )
    return fc.array(row, { minLength: n, maxLength: n })
  })

/** The symmetric matrix of planted groups: `within` in a group, `between` outside, plus uniform noise in ±`noise`. */
export const planted = (labels: readonly number[], noise: number, s: Stream, within = 1, between = 0): number[][] => {
  const rows = labels.map((a) => labels.map((b) => (a === b ? within : between)))
  for (let i = 0; i < labels.length; i++)
    for (let j = 0; j <= i; j++) rows[i]![j] = rows[j]![i] = rows[i]![j]! + noise * (2 * random(s) - 1)
  return rows
}

export const packedOf = (rows: readonly (readonly number[])[]): Float64Array => packSymmetric(rows.length, rows.flat())

/** Entry (i, j) of the solution. */
export const entry = (x: Relaxation, i: number, j: number): number =>
  x.matrix[i >= j ? (i * (i + 1)) / 2 + j : (j * (j + 1)) / 2 + i]!

export const traceOf = (x: Relaxation): number =>
  Array.from({ length: x.n }, (_, i) => entry(x, i, i)).reduce((s, v) => s + v, 0)
