/** What the tests of programs share: reference data, unwrapping, comparison. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"
import * as E from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../../../core/failure/mod.ts"

/** One file of reference data; T is what its description says. */
export const reference = <T>(name: string): T => {
  const url = new URL(`../../fixtures/autodiff/${name}.json.gz`, import.meta.url)
  const parsed: T = JSON.parse(gunzipSync(readFileSync(url)).toString("utf8"))
  return parsed
}

/** The program, or a failed test that says why there is none. */
export const built = <A>(e: E.Either<ArgumentError, A>): A => {
  if (E.isRight(e)) return e.right
  return assert.fail(e.left.message)
}

/** Largest difference allowed, relative to the largest number there is: float64 rounding through a few hundred ops. */
export const tol = { f64: 1e-10, second: 1e-9 } as const

/** Same length, and every element within `tolerance` of the reference's scale. */
export const close = (actual: ArrayLike<number>, want: ArrayLike<number>, tolerance: number, what: string): void => {
  assert.equal(actual.length, want.length, `${what}: length`)
  let scale = 1
  for (let i = 0; i < want.length; i++) scale = Math.max(scale, Math.abs(want[i]!))
  for (let i = 0; i < want.length; i++) {
    const miss = Math.abs(actual[i]! - want[i]!)
    assert.ok(miss <= tolerance * scale, `${what}[${i}]: got ${actual[i]}, want ${want[i]}`)
  }
}

/** The probe vector v_k[i] = cos(0.1 + 0.37·i·(k + 1)) of the reference data. */
export const probe = (k: number, n: number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => Math.cos(0.1 + 0.37 * i * (k + 1)))

export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** Norm, sum and products with the probes, as the reference data keep long vectors. */
export interface Digest {
  readonly norm: number
  readonly sum: number
  readonly probe_dots: readonly number[]
}

export const closeDigest = (x: ArrayLike<number>, want: Digest, tolerance: number, what: string): void => {
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += x[i]!
  const dots = [0, 1, 2, 3].map((k) => dot(x, probe(k, x.length)))
  close([Math.sqrt(dot(x, x)), sum, ...dots], [want.norm, want.sum, ...want.probe_dots], tolerance, what)
}
