import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import {
  agglomerate,
  agreement,
  averageLinkage,
  cosineSimilarity,
  densityLinkage,
  kMeans,
  lloyd,
  partition,
  partitionValue,
  randomGroups,
  spectralEmbedding,
  spectralGroups
} from "../../../core/grouping/mod.ts"
import { draws, left, matrix, planted, reference, right } from "./support.ts"

interface KMeansCase {
  readonly X: readonly (readonly number[])[]
  readonly k: number
  readonly init_centers: readonly (readonly number[])[]
  readonly lloyd_from_init: {
    readonly labels: readonly number[]
    readonly centers: readonly (readonly number[])[]
    readonly inertia: number
  }
  readonly best_of_200_starts: { readonly labels: readonly number[]; readonly inertia: number }
}
interface SpectralCase {
  readonly affinity: readonly (readonly number[])[]
  readonly k: number
  readonly sym_laplacian_eigenvalues: readonly number[]
  readonly projector_first_k: readonly (readonly number[])[]
  readonly eigengap_k: number
  readonly runs: { readonly kmeans: { readonly labels: readonly number[]; readonly same_for_3_random_states: boolean } }
}
interface Clustering {
  readonly kmeans: readonly KMeansCase[]
  readonly spectral: readonly SpectralCase[]
}
const clustering = reference("stats/clustering") as Clustering

const tolerance = 1e-9
const flat = (rows: readonly (readonly number[])[]): Float64Array => Float64Array.from(rows.flat())
const same = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => right(agreement(a, b)).accuracy === 1

test("lloyd() follows scikit-learn from the same centres", () => {
  for (const { X, k, init_centers, lloyd_from_init } of clustering.kmeans) {
    const found = lloyd({ n: X.length, d: X[0]!.length, x: flat(X) }, k, flat(init_centers))
    assert.deepEqual(Array.from(found.labels), lloyd_from_init.labels)
    assert.ok(Math.abs(found.inertia - lloyd_from_init.inertia) <= tolerance * lloyd_from_init.inertia)
    lloyd_from_init.centers.flat().forEach((c, i) => {
      assert.ok(Math.abs(found.centres[i]! - c) <= tolerance)
    })
  }
})

test("kMeans() finds what the best of 200 starts finds", () => {
  for (const { X, k, best_of_200_starts } of clustering.kmeans) {
    const found = kMeans({ n: X.length, d: X[0]!.length, x: flat(X) }, k, draws(), 50)
    assert.ok(found.inertia <= best_of_200_starts.inertia * (1 + tolerance))
    assert.ok(same(found.labels, best_of_200_starts.labels))
  }
})

test("kMeans() leaves no cluster empty, whatever coincides", () =>
  fc.assert(
    fc.property(fc.array(fc.nat(2), { minLength: 1, maxLength: 12 }), fc.nat(100), (x, seed) => {
      const k = 1 + (seed % x.length)
      const found = kMeans({ n: x.length, d: 1, x: Float64Array.from(x) }, k, draws(seed), 2)
      assert.equal(partition(found.labels).k, k)
    })
  ))

test("spectralEmbedding() has scikit-learn's eigenvalues and eigenspace", () => {
  for (const { affinity, k, sym_laplacian_eigenvalues, projector_first_k } of clustering.spectral) {
    const n = affinity.length
    const { values, vectors } = spectralEmbedding(n, flat(affinity), k)
    sym_laplacian_eigenvalues.forEach((value, i) => {
      assert.ok(Math.abs(values[i]! - value) <= tolerance)
    })
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        let sum = 0
        for (let c = 0; c < k; c++) sum += vectors[c * n + i]! * vectors[c * n + j]!
        assert.ok(Math.abs(sum - projector_first_k[i]![j]!) <= tolerance)
      }
  }
})

test("spectralGroups() agrees with scikit-learn where its labels do not depend on its seed and the gap is clear", () => {
  for (const { affinity, k, eigengap_k, runs } of clustering.spectral)
    if (runs.kmeans.same_for_3_random_states && eigengap_k > 0.01)
      assert.ok(same(spectralGroups(affinity.length, flat(affinity), k, draws()), runs.kmeans.labels))
})

test("spectralGroups() and agglomerate() recover planted groups, with negative affinities between them too", () => {
  const labels = [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]
  const u = flat(planted(labels, 0.2, draws(), 0.5, -0.5))
  assert.ok(same(spectralGroups(12, u, 3, draws()), labels))
  assert.ok(same(agglomerate(12, u, 3, averageLinkage), labels))
  assert.ok(same(agglomerate(12, u, 3, densityLinkage), labels))
})

test("every baseline gives k non-empty groups on any matrix", () =>
  fc.assert(
    fc.property(matrix(1, 10), fc.nat(100), (rows, seed) => {
      const n = rows.length
      const k = 1 + (seed % n)
      const u = flat(rows.map((row, i) => row.map((x, j) => 0.5 * (x + rows[j]![i]!))))
      for (const labels of [
        spectralGroups(n, u, k, draws(seed)),
        agglomerate(n, u, k, averageLinkage),
        agglomerate(n, u, k, densityLinkage),
        randomGroups(n, k, draws(seed))
      ])
        assert.equal(partition(labels).k, k)
    })
  ))

test("agglomerate() by density never merges into less than it promises", () => {
  const u = flat(planted([0, 0, 0, 1, 1, 1], 0.4, draws(5)))
  const two = agglomerate(6, u, 2, densityLinkage)
  const one = agglomerate(6, u, 1, densityLinkage)
  assert.ok(partitionValue(6, u, two, 2) > partitionValue(6, u, one, 1))
})

test("randomGroups() deals equal sizes, and not always the same", () => {
  const groups = Array.from({ length: 20 }, (_, i) => partition(randomGroups(10, 3, draws(i))))
  for (const { groups: g } of groups) assert.deepEqual(g.map((x) => x.length).sort(), [3, 3, 4])
  assert.ok(new Set(groups.map((g) => g.labels.join())).size > 10)
})

test("cosineSimilarity() depends on directions only", () =>
  fc.assert(
    fc.property(matrix(2, 5), fc.integer({ min: -300, max: 150 }), (gradients, power) => {
      const plain = right(cosineSimilarity(gradients))
      const scaled = right(cosineSimilarity(gradients.map((g, i) => g.map((x) => x * (i === 0 ? 2 ** power : 1)))))
      plain.forEach((row, i) => {
        assert.equal(row[i], 1)
        row.forEach((x, j) => {
          assert.ok(Math.abs(x - scaled[i]![j]!) <= 1e-12)
          assert.equal(x, plain[j]![i])
        })
      })
    })
  ))

test("cosineSimilarity() names the gradient it cannot use, and makes a zero gradient like no other", () => {
  assert.match(left(cosineSimilarity([[1, 2], [1]])).message, /gradients\[1\]: want length 2/)
  assert.equal(left(cosineSimilarity([[1], [Number.NaN]])).doing, "group by gradients[1]")
  assert.deepEqual(
    right(
      cosineSimilarity([
        [0, 0],
        [1, 0]
      ])
    ),
    [
      [1, 0],
      [0, 1]
    ]
  )
})
