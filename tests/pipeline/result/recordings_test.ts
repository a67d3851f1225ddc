import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { makePolicy } from "../../../algorithms/mod.ts"
import { zeroKey } from "../../../core/random/mod.ts"
import { type Environment, frozenLake, navigation, type Task } from "../../../envs/mod.ts"
import { recordingsOf } from "../../../pipeline/result/recordings.ts"
import { right } from "../../algorithms/support.ts"

const small = { layers: 1, width: 4, activation: "tanh", taskOneHot: false } as const
const filmed = (environment: Environment, tasks: readonly Task[], theta: (size: number) => Float64Array) => {
  const policy = right(makePolicy(environment, small))
  const policies = tasks.map(() => ({ policy: theta(policy.size) }))
  return Effect.runSync(recordingsOf({ environment, policy }, tasks, policies, zeroKey))
}
const task = (environment: Environment, params: Task["params"]): Task => ({
  id: JSON.stringify(params),
  environment: environment.id,
  params
})
/** A policy that always does the same: the last layer's biases alone. */
const constant = (last: readonly number[], after: number) => (size: number) => {
  const theta = new Float64Array(size)
  theta.set(last, size - after - last.length)
  return theta
}

test("recordingsOf() plays each task by its policy's most probable actions, cut to what the space takes", () => {
  const tasks = [task(navigation, { goal_angle: 0, threshold: 0.15 }), task(navigation, { goal_angle: Math.PI })]
  const [there, away] = filmed(navigation, tasks, constant([5, 0], 2))
  assert.deepEqual([there?.ended, there?.steps], [true, 8])
  assert.deepEqual([away?.ended, away?.steps], [false, 100])
  assert.deepEqual(
    away?.frames.map((f) => f.step),
    [0, 33, 67, 100]
  )
  assert.ok(there?.frames.every((f) => f.picture.startsWith("<svg ")))
  assert.ok(there !== undefined && away !== undefined && there.total > away.total)
})

test("recordingsOf() shows a network its discrete observations, and nothing of what does not draw", () => {
  const firm = task(frozenLake, { is_slippery: false })
  const [down] = filmed(frozenLake, [firm], constant([0, 1, 0, 0], 0))
  assert.deepEqual([down?.ended, down?.steps], [true, 3])
  const blind: Environment = {
    ...frozenLake,
    make: (params) => {
      const { render: _, ...rest } = right(frozenLake.make(params))
      return { _tag: "Right", right: rest }
    }
  }
  assert.deepEqual(filmed(blind, [firm], constant([], 0)), [])
})
