/** Symmetric matrices with a spectrum of one's choice. */
import { dot } from "../../../core/curvature/orthonormal.ts"
import { fillNormal, type Stream } from "../../../core/random/mod.ts"

/** A matrix by its product, and what is known of it. */
export interface Known {
  readonly n: number
  readonly trace: number
  /** Row-major. */
  readonly a: Float64Array
  readonly product: (v: Float64Array) => Float64Array
}

/** U diag(λ) Uᵀ, U as random as n − 1 reflections along normal vectors make it. */
export const withSpectrum = (values: readonly number[], s: Stream): Known => {
  const n = values.length
  const a = new Float64Array(n * n)
  for (const [i, value] of values.entries()) a[i * n + i] = value
  const u = new Float64Array(n)
  for (let k = 1; k < n; k++) {
    fillNormal(s, u)
    const scale = 2 / dot(u, u)
    // A ← (I − s u uᵀ) A (I − s u uᵀ), one side after the other.
    for (let side = 0; side < 2; side++) {
      for (let i = 0; i < n; i++) {
        let sum = 0
        for (let j = 0; j < n; j++) sum += u[j]! * a[i * n + j]!
        for (let j = 0; j < n; j++) a[i * n + j]! -= scale * sum * u[j]!
      }
      for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) swap(a, i * n + j, j * n + i)
    }
  }
  return { n, trace: values.reduce((x, y) => x + y, 0), a, product: multiply(n, a) }
}

const swap = (a: Float64Array, i: number, j: number): void => {
  const kept = a[i]!
  a[i] = a[j]!
  a[j] = kept
}

/** v → A v. */
export const multiply = (n: number, a: Float64Array) => (v: Float64Array) =>
  Float64Array.from({ length: n }, (_, i) => dot(a.subarray(i * n, (i + 1) * n), v))

/** Spectra as hard and as easy as the estimators' papers try: Epperly, Tropp and Webber, arXiv:2301.07825, section 3.1. */
export const spectra = (n: number): Readonly<Record<string, readonly number[]>> => ({
  flat: Array.from({ length: n }, (_, i) => 3 - (2 * i) / (n - 1)),
  polynomial: Array.from({ length: n }, (_, i) => (i + 1) ** -2),
  exponential: Array.from({ length: n }, (_, i) => 0.7 ** i),
  step: Array.from({ length: n }, (_, i) => (i < n / 10 ? 1 : 1e-3)),
  indefinite: Array.from({ length: n }, (_, i) => (i % 3 === 0 ? -1 : 1) * 0.9 ** i)
})
