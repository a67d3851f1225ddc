import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { gunzipSync } from "node:zlib"
import * as Either from "fp-ts/lib/Either.js"
import { key, stream } from "../../core/random/mod.ts"
import { type Box, describeSpace, flatten, type Space, sample, sizeOf } from "../../envs/space.ts"

const box = (low: number[], high: number[], dtype: Box["dtype"]): Box => ({
  _tag: "Box",
  low,
  high,
  names: low.map((_, i) => `x${i}`),
  units: low.map(() => "m"),
  dtype
})
const discrete = (n: number): Space => ({ _tag: "Discrete", n, names: Array.from({ length: n }, (_, i) => `a${i}`) })

const spaces: Record<string, Space> = {
  "Discrete(2)": discrete(2),
  "Discrete(4)": discrete(4),
  "Discrete(5)": discrete(5),
  "Box(-1,1,(3,),float32)": box([-1, -1, -1], [1, 1, 1], "float32"),
  "Box([-2,.5],[2,.75],float64)": box([-2, 0.5], [2, 0.75], "float64")
}
const url = new URL("../fixtures/rng/streams.json.gz", import.meta.url)
const records = JSON.parse(gunzipSync(readFileSync(url)).toString()).spaces as readonly Record<string, unknown>[]

for (const record of records)
  test(`sample() draws what Gymnasium's spaces draw, seed ${record.seed}`, () => {
    const seeded = key(BigInt(String(record.seed)))
    assert.ok(Either.isRight(seeded))
    for (const [name, space] of Object.entries(spaces)) {
      const wanted = record[name] as readonly (number | readonly number[])[]
      const source = stream(seeded.right)
      const out = space._tag === "Box" && space.dtype === "float64" ? new Float64Array(3) : new Float32Array(3)
      for (const want of wanted) {
        sample(space, source, out, 0)
        assert.deepEqual([...out.subarray(0, sizeOf(space))], [want].flat(), name)
      }
    }
  })

test("sample() of an unbounded or half-bounded box stays on its side", () => {
  const half = box([-Infinity, 1, -Infinity], [Infinity, Infinity, -1], "float64")
  const source = stream({ entropy: [5], spawnKey: [] })
  const out = new Float64Array(3)
  for (let i = 0; i < 1000; i++) {
    sample(half, source, out, 0)
    assert.ok(out[1]! >= 1 && out[2]! <= -1 && out.every(Number.isFinite))
  }
})

test("flatten() takes elements of the space and nothing else", () => {
  const plane = box([-1, -2], [1, 2], "float64")
  assert.deepEqual(flatten(plane, [1, -2]), [1, -2])
  for (const bad of [[1], [1, 2, 0], [1.01, 0], ["0", 0], [Number.NaN, 0], 1, null, {}])
    assert.equal(flatten(plane, bad), undefined)
  assert.deepEqual(flatten(box([-1], [1], "float32"), 0.5), [0.5])
  assert.deepEqual(flatten(discrete(3), 2), [2])
  for (const bad of [3, -1, 0.5, "1", [1], true, undefined]) assert.equal(flatten(discrete(3), bad), undefined)
})

test("describeSpace() names bounds, components and units", () => {
  assert.equal(describeSpace(discrete(2)), "Discrete(2): an integer from 0 to 1 (a0, a1)")
  assert.equal(describeSpace(box([-1], [1], "float32")), "Box of 1: x0 in [-1, 1] m")
  const image = new Array<number>(7056).fill(0)
  const text = describeSpace(box(image, image, "float32"))
  assert.match(text, /^Box of 7056: x0 in \[0, 0\] m, .*x7 in \[0, 0\] m, …, x7055 in \[0, 0\] m$/)
})
