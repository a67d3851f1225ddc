import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { relaxedAvailable } from "../../../../plugins/sessions/wasm/module.ts"
import { bits, type Machine, machine, noise, same } from "./machine.ts"

const machines: readonly Machine[] = [machine(false), ...(relaxedAvailable() ? [machine(true)] : [])]

/** Sizes with 0, 1, the tails of every tile, and a few beyond one block of the kernels. */
const size = fc.oneof({ weight: 6, arbitrary: fc.nat(20) }, { weight: 1, arbitrary: fc.constantFrom(64, 129, 300) })
const seed = fc.integer({ min: 1, max: 1 << 30 })

/** Close in the way sums are: relative to the sum of magnitudes. */
const close = (got: ArrayLike<number>, want: ArrayLike<number>, scale: ArrayLike<number>, tolerance: number) => {
  assert.equal(got.length, want.length)
  for (let i = 0; i < got.length; i++) {
    const miss = Math.abs(got[i]! - want[i]!)
    assert.ok(miss <= tolerance * scale[i]! + 1e-37, `[${i}] got ${got[i]}, want ${want[i]}`)
  }
}

/** Float32 sums of up to 300 terms: half a unit in the last place for each partial sum, against Σ|terms|. */
const SUM_TOLERANCE = 2e-5

test("GEMM equals the float64 product for every size, transposition, batch and accumulation", () => {
  const flags = fc.nat(7)
  const cases = fc.tuple(flags, fc.nat(3), size, size, size, fc.nat(2), seed)
  fc.assert(
    fc.property(cases, ([flag, batch, m, n, k, shared, s]) => {
      for (const at of machines) {
        at.reset()
        const [sa, sb] = [shared === 1 ? 0 : m * k, shared === 2 ? 0 : k * n]
        const a = noise((sa === 0 ? 1 : batch) * m * k, s)
        const b = noise((sb === 0 ? 1 : batch) * k * n, s + 2)
        const c = noise(batch * m * n, s + 4)
        const [slotA, slotB, slotC] = [at.put(a), at.put(b), at.put(c)]
        assert.equal(at.run([1, flag, batch, m, n, k, slotA, sa, slotB, sb, slotC, m * n]), 0)
        const want = new Float64Array(batch * m * n)
        const scale = new Float64Array(batch * m * n)
        for (let q = 0; q < batch; q++)
          for (let i = 0; i < m; i++)
            for (let j = 0; j < n; j++) {
              const o = (q * m + i) * n + j
              if (flag & 4) want[o] = scale[o] = c[o]!
              scale[o] = Math.abs(scale[o]!)
              for (let p = 0; p < k; p++) {
                const x = a[q * sa + (flag & 1 ? p * m + i : i * k + p)]!
                const y = b[q * sb + (flag & 2 ? j * k + p : p * n + j)]!
                want[o]! += x * y
                scale[o]! += Math.abs(x * y)
              }
            }
        close(at.get(slotC), want, scale, SUM_TOLERANCE)
        assert.ok(at.guarded(), "a word after a tensor was overwritten")
      }
    }),
    {
      numRuns: 150,
      // More columns than one block of B holds; a narrow C that is made transposed, at its largest.
      examples: [
        [[0, 1, 20, 500, 130, 0, 7]],
        [[2, 1, 20, 500, 130, 0, 7]],
        [[1, 1, 400, 15, 130, 0, 7]],
        [[7, 1, 400, 15, 130, 0, 7]]
      ]
    }
  )
})

/** Numbers of either sign with magnitudes from 2^low to 2^high, and zeros. */
const wild = (n: number, s: number, low: number, high: number): Float32Array =>
  noise(2 * n, s)
    .subarray(0, n)
    .map((x, i, all) =>
      i % 7 === 3 ? 0 : (Math.sign(x) + x) * 2 ** (low + ((high - low) * (1 + all[(i * 5 + 1) % n]!)) / 2)
    )

test("GEMM keeps tiny numbers: products in the denormal range add up, and only results below 2^-126 become 0", () => {
  const tiny = fc.tuple(fc.nat(3), size, size, size, seed, fc.constantFrom(-120, -90, -40))
  fc.assert(
    fc.property(tiny, ([flag, m, n, k, s, low]) => {
      for (const at of machines) {
        at.reset()
        const a = wild(m * k, s, low, 3)
        const b = wild(k * n, s + 2, -120, 3)
        const [slotA, slotB, slotC] = [at.put(a), at.put(b), at.room(m * n)]
        assert.equal(at.run([1, flag, 1, m, n, k, slotA, 0, slotB, 0, slotC, 0]), 0)
        const got = at.get(slotC)
        for (let i = 0; i < m; i++)
          for (let j = 0; j < n; j++) {
            let [want, scale] = [0, 0]
            for (let p = 0; p < k; p++) {
              const x = a[flag & 1 ? p * m + i : i * k + p]! * b[flag & 2 ? j * k + p : p * n + j]!
              want += x
              scale += Math.abs(x)
            }
            const miss = Math.abs(got[i * n + j]! - want)
            const slack = Math.abs(want) < 2 ** -125 ? 2 ** -125 : 0
            assert.ok(miss <= SUM_TOLERANCE * scale + slack, `got ${got[i * n + j]}, want ${want}`)
          }
      }
    }),
    { numRuns: 60 }
  )
})

test("GEMM lets NaN and infinities through, beside tiny numbers too", () => {
  for (const at of machines)
    for (const small of [1, 1e-38])
      for (const flag of [0, 1, 2, 3])
        for (const bad of [Number.NaN, Number.POSITIVE_INFINITY])
          for (const n of [3, 16, 21]) {
            at.reset()
            const a = new Float32Array(5 * 7).fill(small)
            a[0] = bad
            const [slotA, slotB, slotC] = [at.put(a), at.put(new Float32Array(7 * n).fill(1)), at.room(5 * n)]
            at.run([1, flag, 1, 5, n, 7, slotA, 0, slotB, 0, slotC, 0])
            const got = at.get(slotC)
            same(got.subarray(0, n), new Float32Array(n).fill(bad))
            assert.ok(got.subarray(n).every((x) => Math.abs(x - 7 * small) <= 1e-6 * small))
          }
})

test("REDUCE gives the sum and the maximum of the middle axis", () => {
  fc.assert(
    fc.property(fc.nat(1), size, size, size, seed, (kind, outer, r, inner, s) => {
      // As many as the machine's memory takes.
      fc.pre(outer * r * inner <= 4_000_000)
      for (const at of machines) {
        at.reset()
        const x = noise(outer * r * inner, s)
        const [src, dst] = [at.put(x), at.room(outer * inner)]
        assert.equal(at.run([3, kind, outer, r, inner, src, dst]), 0)
        const want = new Float64Array(outer * inner).fill(kind === 0 ? 0 : Number.NEGATIVE_INFINITY)
        const scale = new Float64Array(outer * inner)
        for (let o = 0; o < outer; o++)
          for (let i = 0; i < r; i++)
            for (let j = 0; j < inner; j++) {
              const y = x[(o * r + i) * inner + j]!
              const to = o * inner + j
              want[to] = kind === 0 ? want[to]! + y : Math.max(want[to]!, y)
              scale[to]! += kind === 0 ? Math.abs(y) : 0
            }
        if (kind === 1) same(at.get(dst), Float32Array.from(want))
        else close(at.get(dst), want, scale, SUM_TOLERANCE)
        assert.ok(at.guarded())
      }
    }),
    { numRuns: 100 }
  )
})

test("REDUCE sums a hundred thousand numbers to float32 precision along each axis", () => {
  for (const at of machines)
    for (const [r, inner] of [
      [131_072, 1],
      [32_768, 4],
      [2048, 64]
    ] as const) {
      at.reset()
      const x = noise(r * inner, 7).map((y) => y + 1)
      const [src, dst] = [at.put(x), at.room(inner)]
      at.run([3, 0, 1, r, inner, src, dst])
      const want = new Float64Array(inner)
      for (const [i, y] of x.entries()) want[i % inner]! += y
      close(at.get(dst), want, want, 1e-6)
    }
})

test("REDUCE lets NaN and infinities through", () => {
  for (const at of machines)
    for (const kind of [0, 1])
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY])
        for (const [outer, r, inner] of [
          [1, 100, 1],
          [3, 7, 1],
          [1, 50, 8],
          [2, 3, 5]
        ] as const) {
          at.reset()
          const x = noise(outer * r * inner, 3)
          x[x.length - 1] = bad
          const [src, dst] = [at.put(x), at.room(outer * inner)]
          at.run([3, kind, outer, r, inner, src, dst])
          assert.equal(at.get(dst)[outer * inner - 1], bad)
        }
})

test("COPY moves elements between any two strided views", () => {
  const view = fc.array(fc.nat(6), { maxLength: 4 }).chain((sizes) =>
    fc.record({
      sizes: fc.constant(sizes.map((d, i) => (i === sizes.length - 1 ? d * 5 : d))),
      order: fc.shuffledSubarray(
        sizes.map((_, i) => i),
        { minLength: sizes.length }
      ),
      broadcast: fc.array(fc.boolean(), { minLength: sizes.length, maxLength: sizes.length }),
      pad: fc.nat(3),
      offset: fc.nat(9)
    })
  )
  /** Strides of axes laid out in the given order, innermost last, the innermost one padded. */
  const strides = (sizes: readonly number[], order: readonly number[], pad: number): number[] => {
    const out = sizes.map(() => 0)
    let step = 1
    for (const axis of [...order].reverse()) {
      out[axis] = step
      step *= sizes[axis]! + pad
    }
    return out
  }
  const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((s, x, i) => s + x * b[i]!, 0)
  fc.assert(
    fc.property(view, seed, ({ sizes, order, broadcast, pad, offset }, s) => {
      const from = strides(sizes, order, pad).map((x, i) => (broadcast[i] ? 0 : x))
      const to = strides(
        sizes,
        sizes.map((_, i) => i),
        pad >> 1
      )
      const reach = (by: readonly number[]): number =>
        offset +
        1 +
        dot(
          sizes.map((d) => Math.max(0, d - 1)),
          by
        )
      const x = noise(reach(from), s)
      const want = noise(reach(to), s + 2)
      for (const at of machines) {
        at.reset()
        const [src, dst] = [at.put(x), at.put(want)]
        assert.equal(at.run([4, sizes.length, src, offset, dst, offset, ...sizes, ...from, ...to]), 0)
        const expected = Float32Array.from(want)
        const walk = (axis: number, f: number, t: number): void => {
          if (axis === sizes.length) expected[t] = x[f]!
          else for (let i = 0; i < sizes[axis]!; i++) walk(axis + 1, f + i * from[axis]!, t + i * to[axis]!)
        }
        walk(0, offset, offset)
        same(at.get(dst), expected)
        assert.ok(at.guarded())
      }
    }),
    { numRuns: 200 }
  )
})

test("GATHER and SCATTER follow the index and survive indices out of range", () => {
  const index = fc.array(fc.oneof(fc.nat(9), fc.constantFrom(-1, 10, 2.5, Number.NaN, 1e30)), { maxLength: 12 })
  fc.assert(
    fc.property(index, fc.integer({ min: 0, max: 9 }), seed, (rows, width, s) => {
      const n = 10
      const inside = (i: number): boolean => Number.isInteger(i) && i >= 0 && i < n
      for (const at of machines) {
        at.reset()
        const table = noise(n * width, s)
        const [src, which, dst] = [at.put(table), at.put(rows), at.room(rows.length * width)]
        assert.equal(at.run([6, rows.length, n, width, src, which, dst]), 0)
        const want = rows.flatMap((i) =>
          Array.from({ length: width }, (_, j) => (inside(i) ? table[i * width + j]! : Number.NaN))
        )
        same(at.get(dst), Float32Array.from(want))
        const updates = noise(rows.length * width, s + 2)
        const [from, sum] = [at.put(updates), at.room(n * width)]
        assert.equal(at.run([7, rows.length, n, width, from, which, sum]), 0)
        const total = new Float32Array(n * width)
        rows.forEach((i, r) => {
          if (inside(i)) for (let j = 0; j < width; j++) total[i * width + j]! += updates[r * width + j]!
        })
        same(at.get(sum), total)
        assert.ok(at.guarded())
      }
    }),
    { numRuns: 100 }
  )
})

test("FILL and IOTA write every element and no more", () => {
  for (const at of machines)
    for (const n of [0, 1, 3, 4, 5, 17, 1000]) {
      at.reset()
      const [a, b] = [at.room(n), at.room(n)]
      assert.equal(at.run([5, a, n, bits(-1.5)], [8, b, n]), 0)
      same(at.get(a), new Float32Array(n).fill(-1.5))
      same(
        at.get(b),
        Float32Array.from({ length: n }, (_, i) => i)
      )
      assert.ok(at.guarded())
    }
})

test("run() stops at an instruction it does not know and says where", () => {
  for (const at of machines) {
    at.reset()
    const a = at.room(2)
    assert.equal(at.run([5, a, 2, bits(1)], [99, 0, 0]), 6)
    same(at.get(a), Float32Array.of(1, 1))
  }
})
