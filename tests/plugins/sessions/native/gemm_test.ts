import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { Effect, Exit, Scope } from "effect"
import fc from "fast-check"
import { nativeLibrary } from "../../../../plugins/sessions/native/library.ts"
import type { NativeRun } from "../../../../plugins/sessions/native/load.ts"
import { pasted } from "../../../../plugins/sessions/native/source/headers.ts"
import { type Width, widths } from "./machine.ts"
import { cc, compiling } from "./setting.ts"

const forms = ["nn", "tn", "nt", "tt"] as const
type Form = (typeof forms)[number]

/** Rows [row0, row1) of a product, with the table of operands as `struct product`; threads < 0: from two callers at once. */
const SOURCE = `${pasted(["gemm.c", "threads.h"])}
struct product { int32_t form, m, n, k, a, b, c, row0, row1; };
struct call { uint8_t *memory; const struct product *x; int32_t threads; };

static void work(void *context, int32_t part, int32_t parts) {
  const struct call *call = context;
  const struct product *x = call->x;
  const int64_t rows = x->row1 - x->row0, first = x->row0 + rows * part / parts, last = x->row0 + rows * (part + 1) / parts;
  const float *a = (const float *)(call->memory + x->a), *b = (const float *)(call->memory + x->b);
  float *c = (float *)(call->memory + x->c);
  switch (x->form) {
${forms.map((form, i) => `    case ${i}: pgx_gemm_${form}(x->m, x->n, x->k, a, b, c, first, last); break;`).join("\n")}
  }
}
static void *several(void *context) {
  const struct call *call = context;
  for (int i = 0; i < 20; i++) pgx_parallel(call->threads, work, context);
  return 0;
}
int32_t pgx_run(uint8_t *memory, int32_t slots, int32_t threads) {
  const struct product *x = (const struct product *)(memory + slots);
  struct call call = {memory, x, threads};
  if (threads >= 0) return pgx_parallel(threads, work, &call), 0;
  /* The second caller's product is the next in the table. */
  struct call one = {memory, x, -threads}, two = {memory, x + 1, -threads};
  pthread_t other;
  if (pthread_create(&other, 0, several, &two)) return 1;
  several(&one);
  return pthread_join(other, 0);
}
`

const cache = mkdtempSync(join(tmpdir(), "pgex-test-"))
const scope = Effect.runSync(Scope.make())
after(async () => {
  await Effect.runPromise(Scope.close(scope, Exit.void))
  rmSync(cache, { recursive: true, force: true })
})

const library = async (width: Width): Promise<NativeRun> => {
  const environment = { PATH: process.env.PATH, PGEX_CACHE: cache, CC: `${cc} -DPGX_WIDTH=${width}` }
  return (await Effect.runPromise(nativeLibrary(SOURCE, { environment }).pipe(Scope.provide(scope)))).run
}

interface Shape {
  readonly form: Form
  readonly m: number
  readonly n: number
  readonly k: number
}

/** A product laid out in memory at `base` bytes, NaN around each matrix; its words for the table. */
interface Placed extends Shape {
  readonly a: Float32Array
  readonly b: Float32Array
  readonly c: Float32Array
  readonly words: readonly number[]
  readonly end: number
}

const GUARD = 17
const TABLE = 4096
const bytes = new Uint8Array(new WebAssembly.Memory({ initial: 256, maximum: 256 }).buffer)
const table = new Int32Array(bytes.buffer, 0, TABLE / 4)

const place = (shape: Shape, seed: number, base = TABLE): Placed => {
  const { form, m, n, k } = shape
  let top = base
  const matrix = (size: number): Float32Array => {
    new Float32Array(bytes.buffer, top, size + 2 * GUARD).fill(Number.NaN)
    top += 4 * (size + 2 * GUARD)
    return new Float32Array(bytes.buffer, top - 4 * (size + GUARD), size)
  }
  const [a, b, c] = [matrix(m * k), matrix(k * n), matrix(m * n)]
  let state = seed | 1
  for (const x of [a, b])
    for (let i = 0; i < x.length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) | 0
      x[i] = state / 2 ** 30
    }
  const words = [forms.indexOf(form), m, n, k, a.byteOffset, b.byteOffset, c.byteOffset]
  return { ...shape, a, b, c, words, end: top }
}

/** Runs the product with its rows divided at `cuts`. */
const multiply = (run: NativeRun, x: Placed, cuts: readonly number[] = [], threads = 1): Float32Array => {
  x.c.fill(Number.NaN)
  const ends = [0, ...cuts.map((cut) => Math.floor(cut * x.m)).toSorted((p, q) => p - q), x.m]
  ends.slice(1).forEach((end, i) => {
    table.set([...x.words, ends[i]!, end])
    assert.equal(run(bytes, 0, threads), 0)
  })
  return x.c.slice()
}

/** |error| <= (k + 1) u sum |a b|: a rounding for each sum, with or without one for its product, and one for a block. */
const assertProduct = ({ form, m, n, k, a, b }: Placed, c: Float32Array): void => {
  const [ai, ap] = form[0] === "t" ? [1, m] : [k, 1]
  const [bp, bj] = form[1] === "t" ? [1, k] : [n, 1]
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0
      let size = 0
      for (let p = 0; p < k; p++) {
        const product = a[i * ai + p * ap]! * b[p * bp + j * bj]!
        sum += product
        size += Math.abs(product)
      }
      const error = Math.abs(c[i * n + j]! - sum)
      if (!(error <= (k + 1) * 2 ** -24 * size))
        assert.fail(`${form} ${m}x${n}x${k} at [${i}, ${j}] is off by ${error}`)
    }
}

const sameBits = (x: Float32Array, y: Float32Array): void =>
  assert.deepEqual(new Int32Array(x.buffer), new Int32Array(y.buffer))

const guarded = (x: Placed): boolean =>
  [x.a, x.b, x.c].every((matrix) =>
    [matrix.byteOffset - 4 * GUARD, matrix.byteOffset + matrix.byteLength].every((offset) =>
      new Float32Array(bytes.buffer, offset, GUARD).every((v) => Number.isNaN(v))
    )
  )

/** The last ones are where rows of A that lie apart are turned, blocks of rows end, and steps of k do. */
const size = fc.oneof(
  fc.integer({ min: 0, max: 70 }),
  fc.integer({ min: 0, max: 9 }),
  fc.constantFrom(66, 97, 130, 261)
)
const shapes = fc.record({ form: fc.constantFrom(...forms), m: size, n: size, k: size })
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 3 })
const seed = fc.integer()

/** Beyond one block of k, of rows, of columns; long rows and few. */
const large: readonly (readonly [number, number, number])[] = [
  [30, 51, 520],
  [530, 33, 9],
  [3, 2, 2100],
  [2, 130, 300],
  [300, 6, 300],
  [700, 13, 20],
  [10, 7, 8210],
  [3, 9, 16_400]
]

for (const width of widths) {
  test(`pgx_gemm multiplies within the bound of float32, at ${width} bytes`, compiling, async () => {
    const run = await library(width)
    fc.assert(
      fc.property(shapes, seed, (shape, s) => {
        const x = place(shape, s)
        assertProduct(x, multiply(run, x))
        assert.ok(guarded(x), "written outside C")
      })
    )
    for (const form of forms)
      for (const [m, n, k] of large) {
        const x = place({ form, m, n, k }, m)
        assertProduct(x, multiply(run, x))
        assert.ok(guarded(x), "written outside C")
      }
  })

  test(`pgx_gemm gives the same bits however rows are divided, at ${width} bytes`, compiling, async () => {
    const run = await library(width)
    fc.assert(
      fc.property(shapes, seed, cuts, (shape, s, at) => {
        const x = place(shape, s)
        sameBits(multiply(run, x, at), multiply(run, x))
      })
    )
    for (const form of forms)
      for (const [m, n, k] of large) {
        const x = place({ form, m, n, k }, m)
        sameBits(multiply(run, x, [0.3, 0.31, 0.9]), multiply(run, x))
      }
  })

  test(`pgx_gemm writes no row it was not asked for, at ${width} bytes`, compiling, async () => {
    const run = await library(width)
    fc.assert(
      fc.property(shapes, seed, cuts, (shape, s, at) => {
        const x = place(shape, s)
        const [row0, row1] = [0, ...at.slice(0, 2)].map((cut) => Math.floor(cut * x.m)).toSorted((p, q) => p - q)
        x.c.fill(7)
        table.set([...x.words, row0!, row1 ?? row0!])
        run(bytes, 0, 1)
        const others = [x.c.subarray(0, row0! * x.n), x.c.subarray((row1 ?? row0!) * x.n)]
        assert.ok(others.every((rows) => rows.every((v) => v === 7)))
      })
    )
  })

  test(`pgx_gemm lets NaN and Infinity through, even times 0, at ${width} bytes`, compiling, async () => {
    const run = await library(width)
    const bad = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)
    const some = { form: fc.constantFrom(...forms), m: fc.integer({ min: 1, max: 40 }) }
    const filled = fc.record({ ...some, n: fc.integer({ min: 1, max: 40 }), k: fc.integer({ min: 1, max: 80 }) })
    fc.assert(
      fc.property(filled, bad, fc.constantFrom(0, 1), fc.nat(), fc.nat(), (shape, value, factor, i, p) => {
        const x = place(shape, 1)
        const [row, step] = [i % x.m, p % x.k]
        x.b.fill(factor)
        x.a[x.form[0] === "t" ? step * x.m + row : row * x.k + step] = value
        const c = multiply(run, x)
        assert.ok(c.subarray(row * x.n, (row + 1) * x.n).every((v) => Object.is(v, value * factor)))
        c.fill(0, row * x.n, (row + 1) * x.n)
        assert.ok(c.every(Number.isFinite))
      })
    )
  })
}

test("pgx_parallel changes no number, with any number of threads and with two callers at once", compiling, async () => {
  const run = await library(64)
  for (const form of forms) {
    const x = place({ form, m: 203, n: 70, k: 300 }, 1)
    const y = place({ form: "nn", m: 90, n: 130, k: 40 }, 2, x.end)
    const [alone, other] = [multiply(run, x), multiply(run, y)]
    for (const threads of [2, 3, 8]) sameBits(multiply(run, x, [], threads), alone)
    x.c.fill(Number.NaN)
    y.c.fill(Number.NaN)
    table.set([...x.words, 0, x.m, ...y.words, 0, y.m])
    assert.equal(run(bytes, 0, -3), 0)
    sameBits(x.c.slice(), alone)
    sameBits(y.c.slice(), other)
  }
})
