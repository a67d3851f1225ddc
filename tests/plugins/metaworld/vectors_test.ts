import assert from "node:assert/strict"
import { test } from "node:test"
import * as Either from "fp-ts/lib/Either.js"
import { mt10 } from "../../../plugins/metaworld/mt10.ts"
import { benchmarkVectors } from "../../../plugins/metaworld/vectors.ts"
import { gzipJson } from "../../support/gzip_json.ts"

interface Drawn {
  readonly seed: number
  readonly order: readonly string[]
  readonly tasks: Readonly<Record<string, readonly (readonly number[])[]>>
}

const reference = gzipJson<Drawn>("metaworld/mt10_task_vectors.json.gz")

const plain = (drawn: ReturnType<typeof benchmarkVectors>): number[][][] => {
  assert.ok(Either.isRight(drawn))
  return drawn.right.map((vectors) => vectors.map((vector) => [...vector]))
}

test("the tasks stand in MT10's order", () => {
  assert.deepEqual(
    mt10.map(({ id }) => id),
    reference.order
  )
})

test("benchmarkVectors() of all tasks gives those of MT10(seed), to the bit", () => {
  assert.deepEqual(
    plain(benchmarkVectors(mt10, reference.seed)),
    reference.order.map((id) => reference.tasks[id])
  )
})

test("benchmarkVectors() of one task gives those of MT1(name, seed)", () => {
  // Golden: metaworld 3.1.1, MT1(name, seed=seed).train_tasks[0 and 49].
  const golden: readonly (readonly [id: string, seed: number, first: number[], last: number[]])[] = [
    [
      "reach-v3",
      1,
      [-0.059109550053696516, 0.6878117436390945, 0.02, 0.034093502035680456, 0.8417304802367127, 0.18967245711143793],
      [0.0015843399890574927, 0.6261549551832987, 0.02, -0.07838693426055264, 0.8787551839652508, 0.07664596919720028]
    ],
    [
      "push-v3",
      42,
      [0.06648852816008435, 0.6212339110678275, 0.02, -0.06331909802931324, 0.8304242242959539, 0.01524756431632238],
      [0.0065234532910046356, 0.6242470503634729, 0.02, -0.02454316737907547, 0.8020071197777727, 0.013220791655831784]
    ],
    [
      "door-open-v3",
      4294967295,
      [0.07800035981134679, 0.8517939673986745, 0.15],
      [0.08937336345688056, 0.943434426708734, 0.15]
    ],
    [
      "peg-insert-side-v3",
      7,
      [0.10022409273198758, 0.5144102266719524, 0.02, -0.300011749917444, 0.6037689988362821, 0.000607478072208751],
      [0.1459024319039842, 0.691801555633544, 0.02, -0.34493564722667974, 0.4202358022358875, -0.00012905646235606436]
    ],
    ["window-close-v3", 0, [0.0, 0.8135482199008357, 0.2], [0.0, 0.8959379233534696, 0.2]]
  ]
  for (const [id, seed, first, last] of golden) {
    const task = mt10.filter((t) => t.id === id)
    const [vectors] = plain(benchmarkVectors(task, seed))
    assert.deepEqual([vectors![0], vectors![49]], [first, last], id)
  }
})

test("benchmarkVectors() refuses a seed that numpy.random.seed refuses", () => {
  for (const seed of [-1, 0.5, 2 ** 32, Number.NaN]) assert.ok(Either.isLeft(benchmarkVectors(mt10, seed)))
})
