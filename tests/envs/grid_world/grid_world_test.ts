import assert from "node:assert/strict"
import { test } from "node:test"
import * as Either from "fp-ts/lib/Either.js"
import { zeroKey } from "../../../core/random/mod.ts"
import { gridWorld, gridWorldCorners, replay } from "../../../envs/mod.ts"

const right = <E, A>(value: Either.Either<E, A>): A => {
  if (Either.isLeft(value)) throw new Error(JSON.stringify(value.left))
  return value.right
}

test("without slipping four moves lead from the middle of a 5 x 5 grid to its corner", () => {
  const { obs, steps } = right(replay(gridWorld, { slip: 0 }, zeroKey, [1, 2, 1, 2, 0]))
  assert.deepEqual(obs, [0.5, 0.5])
  assert.deepEqual(
    steps.map((s) => s.obs),
    [
      [0.5, 0.75],
      [0.75, 0.75],
      [0.75, 1],
      [1, 1]
    ]
  )
  assert.deepEqual(
    steps.map((s) => s.reward),
    [-0.2, -0.2, -0.2, 1]
  )
  assert.equal(steps.at(-1)?.terminated, true)
})

test("walls hold the walker back, and certain slipping reverses each move", () => {
  const at = (params: { readonly slip: number }, action: number): readonly number[] =>
    right(replay(gridWorld, { ...params, goal_x: 0.5 }, zeroKey, new Array(6).fill(action))).steps.at(-1)?.obs ?? []
  assert.deepEqual(at({ slip: 0 }, 0), [0, 0.5])
  assert.deepEqual(at({ slip: 1 }, 0), [1, 0.5])
})

test("grid-world-corners plants a group a corner", () => {
  const { tasks, planted } = right(gridWorldCorners.tasks({ n: 12 }))
  assert.deepEqual(planted, [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3])
  for (const [i, { params }] of tasks.entries()) {
    assert.equal(Number(params.goal_x) > 0.5, planted![i]! % 2 === 1)
    assert.equal(Number(params.goal_y) > 0.5, planted![i]! >= 2)
  }
})
