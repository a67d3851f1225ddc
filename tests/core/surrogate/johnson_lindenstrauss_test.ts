/**
 * Projections keep distances of gradients: over the draw of P, E‖Px‖² = ‖x‖², E⟨Px, Py⟩ = ⟨x, y⟩ and Var ‖Px‖² ≤ c·‖x‖⁴/d.
 *
 * Statements about means over 80 keys, 0 to 79, each with 5 standard deviations to spare: one wrong alarm in a million.
 */
import assert from "node:assert/strict"
import { test } from "node:test"
import { child, fillNormal, stream, zeroKey } from "../../../core/random/mod.ts"
import { mean } from "../../../core/stat/mod.ts"
import { denseEntries, denseParts, kronecker, liftKronecker } from "../../../core/surrogate/dense.ts"
import { factorBlocks, lift, sketch } from "../../../core/surrogate/mod.ts"
import { anyRows, anyTheta, gradients, policyOf } from "../../pipeline/stages/policies.ts"
import { dot, fixture, norm } from "../../pipeline/stages/support.ts"

/** c: 2 for independent Gaussian entries and below for signs; products of two signs have fourth moments up to 9. */
const bound = { gaussian: 2, rademacher: 2, sparse: 2, kronecker: 8 }

const KEYS = 80
const COUNT = 12

const policy = policyOf({ inputs: 4, layers: 2, width: 12, outputs: 2, kind: "gaussian", activation: "tanh" })
const theta = anyTheta(policy, zeroKey)
const visited = anyRows(policy, 2, COUNT, zeroKey)
const blocks = factorBlocks(policy)
const formed = gradients(policy, theta, visited)

const pairs = formed.flatMap((_, i) => formed.slice(0, i).map((__, j) => [i, j] as const))
/** Columns of P, each of length p. */
const columns = (kind: keyof typeof bound, k: number, d: number): readonly Float64Array[] => {
  const key = child(zeroKey, "projection", k)
  const unit = (r: number): Float64Array => Float64Array.from({ length: d }, (_, i) => (i === r ? 1 : 0))
  const range = Array.from({ length: d }, (_, r) => r)
  if (kind === "sparse") {
    const drawn = sketch(stream(key), blocks, d)
    return range.map((r) => lift(drawn, unit(r)))
  }
  if (kind === "kronecker") {
    const drawn = kronecker(key, blocks, d)
    return range.map((r) => liftKronecker(drawn, policy.size, unit(r)))
  }
  const out = range.map(() => new Float64Array(policy.size))
  denseParts(blocks, d).forEach((part, index) => {
    const block = blocks[part.block]!
    const entries = new Float32Array(part.rows * block.columns * d)
    denseEntries(kind, key, index, d, entries)
    const from = block.offset + part.from * block.columns
    entries.forEach((v, q) => {
      out[q % d]![from + Math.floor(q / d)] = v
    })
  })
  return out
}

const minus = (a: Float64Array, b: Float64Array): Float64Array => a.map((v, i) => v - b[i]!)
for (const kind of ["gaussian", "rademacher", "sparse", "kronecker"] as const) {
  for (const d of [16, 64]) {
    test(`${kind} projections keep the distances of gradients within Johnson and Lindenstrauss's bound, d = ${d}`, () => {
      const projected = Array.from({ length: KEYS }, (_, k) => {
        const p = columns(kind, k, d)
        return formed.map((g) => Float64Array.from(p, (column) => dot(column, g)))
      })
      const deviation = Math.sqrt(bound[kind] / d)
      const spreads: number[] = []
      for (const [i, j] of pairs) {
        const apart = norm(minus(formed[i]!, formed[j]!)) ** 2
        const ratios = projected.map((f) => norm(minus(f[i]!, f[j]!)) ** 2 / apart)
        const off = mean(ratios) - 1
        assert.ok(Math.abs(off) <= (5 * deviation) / Math.sqrt(KEYS), `distance of ${i} and ${j}: ${off}`)
        spreads.push(mean(ratios.map((v) => (v - 1) ** 2)))
        // The variance of ⟨Px, Py⟩ is at most c·‖x‖²‖y‖²/d, by polarisation.
        const [lengths, want] = [norm(formed[i]!) * norm(formed[j]!), dot(formed[i]!, formed[j]!)]
        const miss = mean(projected.map((f) => dot(f[i]!, f[j]!))) - want
        assert.ok(Math.abs(miss) <= (5 * deviation * lengths) / Math.sqrt(KEYS), `product of ${i} and ${j}: ${miss}`)
      }
      // A variance from 80 keys is known to a sixth; its mean over 66 dependent pairs no worse.
      assert.ok(mean(spreads) <= deviation ** 2 * 1.5, `variance ${mean(spreads)}, bound ${deviation ** 2}`)
    })
  }
}

interface Reference {
  readonly statistics: readonly {
    readonly k: number
    readonly points: number
    readonly projections: number
    readonly ratio: { readonly mean: number; readonly std_ddof1: number; readonly quantiles: Record<string, number> }
  }[]
}

test("Gaussian projections distort distances as scikit-learn's do", () => {
  // The law of the ratio depends on d alone, not on the vectors: so 200 components serve as well as 2000.
  const p = 200
  for (const { k: d, points, projections, ratio } of fixture<Reference>("stats/johnson_lindenstrauss").statistics) {
    const x = new Float64Array(points * p)
    fillNormal(stream(child(zeroKey, "points", d)), x)
    const entries = new Float32Array(p * d)
    const ratios: number[] = []
    for (let k = 0; k < Math.min(projections, 8); k++) {
      denseEntries("gaussian", child(zeroKey, k), 0, d, entries)
      for (let i = 1; i < points; i++) {
        const apart = minus(x.subarray(i * p, (i + 1) * p), x.subarray((i - 1) * p, i * p))
        const y = new Float64Array(d)
        apart.forEach((v, q) => {
          for (let c = 0; c < d; c++) y[c]! += v * entries[q * d + c]!
        })
        ratios.push((norm(y) / norm(apart)) ** 2)
      }
    }
    ratios.sort((a, b) => a - b)
    const deviation = Math.sqrt(mean(ratios.map((v) => (v - mean(ratios)) ** 2)))
    // 300 ratios, neighbours dependent: their deviation is known to 6 per cent, a quartile to 8 per cent of it.
    assert.ok(Math.abs(deviation / ratio.std_ddof1 - 1) <= 0.25, `d = ${d}: deviation ${deviation}`)
    for (const [name, at] of [
      ["q025", 0.25],
      ["q050", 0.5],
      ["q075", 0.75]
    ] as const) {
      const got = ratios[Math.floor(at * ratios.length)]!
      assert.ok(Math.abs(got - ratio.quantiles[name]!) <= 0.35 * ratio.std_ddof1, `d = ${d}: ${name} ${got}`)
    }
  }
})
