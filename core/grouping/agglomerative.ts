/** How much two groups want to be one, from sums of U within a, within b and between them, and their sizes. */
export type Linkage = (inA: number, inB: number, between: number, sizeA: number, sizeB: number) => number

/** Mean affinity between the two groups: average linkage. */
export const averageLinkage: Linkage = (_inA, _inB, between, sizeA, sizeB) => between / (sizeA * sizeB)

/** What the merge adds to Σ_c v_cᵀ U v_c / v_cᵀ v_c; Ward's method if U = −(squared distances)/2. */
export const densityLinkage: Linkage = (inA, inB, between, sizeA, sizeB) =>
  (inA + inB + 2 * between) / (sizeA + sizeB) - inA / sizeA - inB / sizeB

/**
 * Merges the two groups that want it most, from n groups down to k; earlier tasks win ties.
 *
 * - Shapes: `u` `[n, n]` row-major, symmetric; result `[n]`, labels in 0 … k − 1 by first appearance.
 * - Source: Sokal and Michener, Univ. Kansas Sci. Bull. 38 (1958), 1409 (average linkage).
 */
export const agglomerate = (n: number, u: Float64Array, k: number, linkage: Linkage): Int32Array =>
  agglomerationPath(n, u, k, linkage)[k]!

/** The labels of every k from n down to `least`, at index k. */
export const agglomerationPath = (n: number, u: Float64Array, least: number, linkage: Linkage): Int32Array[] => {
  const sums = u.slice()
  const size = new Float64Array(n).fill(1)
  const owner = Int32Array.from({ length: n }, (_, i) => i)
  let alive = Array.from({ length: n }, (_, i) => i)
  const path: Int32Array[] = []
  path[n] = owner.slice()
  for (let k = n - 1; k >= least; k--) {
    const [a, b] = bestPair(n, sums, size, alive, linkage)
    for (const c of alive) {
      if (c === a || c === b) continue
      const merged = sums[a * n + c]! + sums[b * n + c]!
      sums[a * n + c] = merged
      sums[c * n + a] = merged
    }
    sums[a * n + a] = sums[a * n + a]! + sums[b * n + b]! + 2 * sums[a * n + b]!
    size[a] = size[a]! + size[b]!
    alive = alive.filter((c) => c !== b)
    for (let i = 0; i < n; i++) if (owner[i] === b) owner[i] = a
    path[k] = owner.map((c) => alive.indexOf(c))
  }
  return path
}

const bestPair = (
  n: number,
  sums: Float64Array,
  size: Float64Array,
  alive: readonly number[],
  linkage: Linkage
): readonly [number, number] => {
  let best = Number.NEGATIVE_INFINITY
  let first = alive[0]!
  let second = alive[1]!
  for (let x = 0; x < alive.length; x++) {
    const a = alive[x]!
    for (let y = x + 1; y < alive.length; y++) {
      const b = alive[y]!
      const wish = linkage(sums[a * n + a]!, sums[b * n + b]!, sums[a * n + b]!, size[a]!, size[b]!)
      if (wish > best) {
        best = wish
        first = a
        second = b
      }
    }
  }
  return [first, second]
}
