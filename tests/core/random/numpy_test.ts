import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { gunzipSync } from "node:zlib"
import * as Either from "fp-ts/lib/Either.js"
import {
  choice,
  fillNormal,
  integers,
  key,
  normal,
  permutation,
  random,
  type Stream,
  saveStream,
  shuffle,
  standardNormal,
  stream,
  uniform
} from "../../../core/random/mod.ts"
import { HIGH, LOW, next64 } from "../../../core/random/pcg64.ts"
import { entropyPool, generateState } from "../../../core/random/seed_sequence.ts"
import { HEIGHT, LIMIT, WIDTH } from "../../../core/random/ziggurat_tables.ts"

interface State {
  readonly state: string
  readonly inc: string
  readonly has_uint32: number
  readonly uinteger: number
}
interface Reference {
  readonly seed: string
  readonly seed_sequence_generate_state_4_u64: readonly string[]
  readonly seed_sequence_pool_u32: readonly number[]
  readonly initial_state: State
  readonly raw_u64: readonly string[]
  readonly random: readonly number[]
  readonly uniform_m005_p005: readonly number[]
  readonly standard_normal: readonly number[]
  readonly normal_mu2_sigma3: readonly number[]
  readonly integers_0_10: readonly number[]
  readonly integers_m9999_9999: readonly number[]
  readonly integers_0_1: readonly number[]
  readonly state_after_integers_0_1: State
  readonly integers_0_2p40: readonly string[]
  readonly integers_0_2p32: readonly string[]
  readonly choice_10_scalar_calls: readonly number[]
  readonly choice_10_size5_replace: readonly number[]
  readonly choice_10_size5_noreplace: readonly number[]
  readonly choice_p: { readonly p: readonly number[]; readonly draws: readonly number[] }
  readonly permutation_10: readonly number[]
  readonly shuffle_list_10: readonly number[]
  readonly interleaved: readonly (readonly [string, number | string])[]
  readonly interleaved_state_after: State
  readonly normals_20000: {
    readonly sum: number
    readonly min: number
    readonly max: number
    readonly last: number
    readonly tail_indices: readonly number[]
    readonly tail_values: readonly number[]
    readonly every_1000th: readonly number[]
    readonly state_after: State
  }
}

const read = (name: string): unknown =>
  JSON.parse(gunzipSync(readFileSync(new URL(`../../fixtures/rng/${name}.json.gz`, import.meta.url))).toString())
const { streams } = read("streams") as { streams: readonly Reference[] }

const right = <E, A>(value: Either.Either<E, A>): A => {
  if (Either.isLeft(value)) throw new Error(JSON.stringify(value.left))
  return value.right
}
const keyOf = (r: Reference) => right(key(BigInt(r.seed)))
const fresh = (r: Reference): Stream => stream(keyOf(r))
const raw = (s: Stream): bigint => {
  next64(s.words)
  return (BigInt(s.words[HIGH]! >>> 0) << 32n) | BigInt(s.words[LOW]! >>> 0)
}
const times = <A>(n: number, draw: () => A): A[] => Array.from({ length: n }, draw)

/** NumPy keeps a spent half in `uinteger`; only a waiting one is part of the state here. */
const assertState = (s: Stream, want: State): void => {
  const [, state = "", inc = "", has = "", half = ""] = saveStream(s).split(":")
  assert.equal(BigInt(`0x${state}`), BigInt(want.state))
  assert.equal(BigInt(`0x${inc}`), BigInt(want.inc))
  assert.equal(Number(has), want.has_uint32)
  if (want.has_uint32 === 1) assert.equal(Number(`0x${half}`), want.uinteger)
}

for (const r of streams) {
  test(`seed ${r.seed}: SeedSequence, PCG64 and every draw are NumPy's`, () => {
    assert.deepEqual([...entropyPool(keyOf(r))], r.seed_sequence_pool_u32)
    const state = generateState(keyOf(r), 8)
    const pairs = [0, 2, 4, 6].map((i) => String((BigInt(state[i + 1]!) << 32n) | BigInt(state[i]!)))
    assert.deepEqual(pairs, r.seed_sequence_generate_state_4_u64)
    assertState(fresh(r), r.initial_state)

    let s = fresh(r)
    assert.deepEqual(times(8, () => String(raw(s))), r.raw_u64) // biome-ignore format: one line a draw
    s = fresh(r)
    assert.deepEqual(
      times(8, () => random(s)),
      r.random
    )
    s = fresh(r)
    assert.deepEqual(
      times(8, () => uniform(s, -0.05, 0.05)),
      r.uniform_m005_p005
    )
    s = fresh(r)
    assert.deepEqual(
      times(8, () => standardNormal(s)),
      r.standard_normal
    )
    s = fresh(r)
    assert.deepEqual(
      times(4, () => normal(s, 2, 3)),
      r.normal_mu2_sigma3
    )
    s = fresh(r)
    assert.deepEqual(
      times(8, () => integers(s, 0, 10)),
      r.integers_0_10
    )
    s = fresh(r)
    assert.deepEqual(
      times(6, () => integers(s, -9999, 9999)),
      r.integers_m9999_9999
    )
    s = fresh(r)
    assert.deepEqual(
      times(3, () => integers(s, 0, 1)),
      r.integers_0_1
    )
    assertState(s, r.state_after_integers_0_1)
    s = fresh(r)
    assert.deepEqual(
      times(4, () => String(integers(s, 0, 2 ** 40))),
      r.integers_0_2p40
    )
    s = fresh(r)
    assert.deepEqual(
      times(4, () => String(integers(s, 0, 2 ** 32))),
      r.integers_0_2p32
    )
    s = fresh(r)
    assert.deepEqual(
      times(6, () => right(choice(s, 10, 1))[0]),
      r.choice_10_scalar_calls
    )
    assert.deepEqual([...right(choice(fresh(r), 10, 5))], r.choice_10_size5_replace)
    assert.deepEqual([...right(choice(fresh(r), 10, 5, { replace: false }))], r.choice_10_size5_noreplace)
    assert.deepEqual([...right(choice(fresh(r), 4, 8, { p: r.choice_p.p }))], r.choice_p.draws)
    assert.deepEqual([...permutation(fresh(r), 10)], r.permutation_10)
    const list: unknown[] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    shuffle(fresh(r), list)
    assert.deepEqual(list, r.shuffle_list_10)
  })

  test(`seed ${r.seed}: the waiting 32-bit half survives 64-bit draws`, () => {
    const s = fresh(r)
    const draw: Record<string, () => number | string | undefined> = {
      "integers(0,10)": () => integers(s, 0, 10),
      "random()": () => random(s),
      "standard_normal()": () => standardNormal(s),
      "uniform(-1,1)": () => uniform(s, -1, 1),
      "choice(4)": () => right(choice(s, 4, 1))[0],
      "random_raw()": () => String(raw(s))
    }
    for (const [call, want] of r.interleaved) assert.equal(draw[call]?.(), want, call)
    assertState(s, r.interleaved_state_after)
  })

  test(`seed ${r.seed}: 20000 normals, tails and rejections included, are NumPy's`, () => {
    const s = fresh(r)
    const z = new Float64Array(20000)
    fillNormal(s, z)
    const want = r.normals_20000
    assertState(s, want.state_after)
    assert.deepEqual(
      want.tail_indices.map((i) => z[i]),
      want.tail_values
    )
    assert.deepEqual(
      want.every_1000th.map((_, i) => z[1000 * i]),
      want.every_1000th
    )
    assert.equal(z[19999], want.last)
    assert.equal(Math.min(...z), want.min)
    assert.equal(Math.max(...z), want.max)
    // The sum of the record was taken in another order.
    assert.ok(Math.abs(z.reduce((a, b) => a + b, 0) - want.sum) < 1e-9)
  })
}

test("the ziggurat's tables are NumPy's", () => {
  const tables = read("ziggurat_tables") as { ki: string[]; wi: number[]; fi: number[] }
  assert.deepEqual([...LIMIT], tables.ki.map(Number))
  assert.deepEqual([...WIDTH], tables.wi)
  assert.deepEqual([...HEIGHT], tables.fi)
})
