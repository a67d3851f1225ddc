/** The relaxation against CVXPY with CLARABEL. */
import assert from "node:assert/strict"
import { test } from "node:test"
import * as E from "fp-ts/lib/Either.js"
import { type Form, sdp } from "../../../core/grouping/mod.ts"
import { entry, packedOf, reference, traceOf } from "./support.ts"

interface Solution {
  readonly k: number | null
  readonly lam: number | null
  readonly status: string
  readonly value: number | null
  readonly gap_bound?: number
  readonly X_appears_unique?: boolean
  readonly X_upper?: readonly number[]
  readonly max_change_under_1e_5_tilt?: number
}
interface Instance {
  readonly name?: string
  readonly U: readonly (readonly number[])[]
  readonly solutions: readonly Solution[]
}
interface File {
  readonly instances?: readonly Instance[]
  readonly cases?: readonly Instance[]
}

/** Relative, of the objective: what the project promises. */
const objectiveTolerance = 1e-5
/** Absolute, of every constraint. */
const feasibilityTolerance = 1e-6
/** Of entries of X where it is unique: a gap of 1e-10 leaves X uncertain by its root. */
const entryTolerance = 2e-3

for (const file of ["edge_cases", "n6", "n10", "n20", "n50"])
  test(`sdp() reaches CVXPY's optimum on every instance of ${file}`, () => {
    const { instances, cases } = reference(`sdp/${file}`) as File
    for (const { name, U, solutions } of instances ?? cases ?? [])
      for (const s of solutions) {
        const what = `${name ?? ""} k ${s.k} lambda ${s.lam}`
        const form: Form = s.k === null ? { kind: "price", lambda: s.lam ?? Number.NaN } : { kind: "groups", k: s.k }
        const found = sdp(U.length, packedOf(U), form, { tolerance: 1e-7, maxIterations: 4000 })
        if (s.value === null) {
          assert.ok(E.isLeft(found), what)
          assert.equal(found.left.doing, "group by k")
          continue
        }
        assert.ok(E.isRight(found), what)
        const x = found.right
        const value = s.lam === null ? x.objective : x.objective - s.lam * traceOf(x)
        const size = Math.max(1e-3, Math.abs(s.value))
        assert.ok(x.primalResidual <= feasibilityTolerance, what)
        assert.ok(Math.abs(value - s.value) <= objectiveTolerance * size, `${what}: ${value} for ${s.value}`)
        assert.ok(value <= x.bound, `${what}: ${value} above the bound ${x.bound}`)
        assert.ok(x.bound <= s.value + (s.gap_bound ?? 0) + objectiveTolerance * size, `${what}: bound ${x.bound}`)
        if (s.X_appears_unique !== true || s.X_upper === undefined) continue
        let p = 0
        for (let i = 0; i < U.length; i++)
          for (let j = i; j < U.length; j++)
            assert.ok(Math.abs(entry(x, i, j) - s.X_upper[p++]!) <= entryTolerance, `${what}: X[${i}][${j}]`)
      }
  })
