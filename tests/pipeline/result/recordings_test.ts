import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { makePolicy } from "../../../algorithms/mod.ts"
import { zeroKey } from "../../../core/random/mod.ts"
import {
  type Camera,
  type Dynamics,
  type Environment,
  frozenLake,
  navigation,
  type Scene,
  type Task
} from "../../../envs/mod.ts"
import { episodesAsked, putStates, recordingsOf } from "../../../pipeline/result/recordings.ts"
import { readNpy } from "../../../plugins/io/matrix/mod.ts"
import { memoryStore } from "../../../plugins/runs/store/mod.ts"
import { right } from "../../algorithms/support.ts"

const small = { layers: 1, width: 4, activation: "tanh", taskOneHot: false } as const
const filmed = (environment: Environment, tasks: readonly Task[], theta: (size: number) => Float64Array) => {
  const policy = right(makePolicy(environment, small))
  const asked = tasks.map((_, task) => ({ task, policy: "group 1", at: { policy: theta(policy.size) }, own: true }))
  return Effect.runSync(recordingsOf({ environment, policy }, tasks, asked, zeroKey))
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

test("a task's episodes begin alike under every policy: its own first, θ★, the other groups'", () => {
  const tasks = [0, 1].map((goal_angle) => task(navigation, { goal_angle }))
  const policy = right(makePolicy(navigation, small))
  const [east, north, still] = [[5, 0] as const, [0, 5] as const, [0, 0] as const].map((last) => ({
    policy: constant(last, 2)(policy.size)
  }))
  const asked = episodesAsked({ own: [east, north], labels: [0, 1], groups: [east, north], start: still! })
  assert.deepEqual(
    asked.map(({ task, policy, own }) => [task, policy, own]),
    [
      [0, "group 1", true],
      [1, "group 2", true],
      [0, "θ★", false],
      [1, "θ★", false],
      [1, "group 1", false],
      [0, "group 2", false]
    ]
  )
  const recordings = Effect.runSync(recordingsOf({ environment: navigation, policy }, tasks, asked, zeroKey))
  const of = (number: number) => recordings.filter((r) => r.task === number)
  for (const number of [0, 1]) {
    assert.equal(new Set(of(number).map((r) => r.pictures?.pictures[0])).size, 1)
    assert.equal(new Set(of(number).map((r) => r.pictures?.pictures.at(-1))).size, 3)
    assert.deepEqual(
      of(number).map((r) => r.frames.length),
      [4, 0, 0]
    )
  }
  assert.ok(recordings.every((r) => r.pictures?.steps.at(-1) === r.steps && r.states === undefined))
})

test("of policies on tasks of others no more is recorded than there is room for; what a task is given always is", () => {
  const wide = {
    ...navigation,
    make: (params: Task["params"]) =>
      E.map((d: Dynamics) => ({ ...d, render: () => "x".repeat(1e5) }))(navigation.make(params))
  }
  const tasks = [task(wide, { goal_angle: Math.PI })]
  const policy = right(makePolicy(wide, small))
  const at = { policy: constant([5, 0], 2)(policy.size) }
  const asked = [true, true, false].map((own) => ({ task: 0, policy: "group 1", at, own }))
  const recordings = Effect.runSync(recordingsOf({ environment: wide, policy }, tasks, asked, zeroKey))
  assert.deepEqual(
    recordings.map((r) => r.own),
    [true, true]
  )
})

/** The same world with a body: where the agent is. */
const embodied: Environment = {
  ...navigation,
  make: (params) =>
    E.map((d: Dynamics): Dynamics => {
      const camera: Camera = { from: [0, -3, 1], to: [0, 0, 0], fovy: 45 }
      const place: Scene["place"] = (state, at, poses) => {
        poses.set([state[at]!, state[at + 1]!, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1])
        return camera
      }
      return { ...d, scene: { bodies: () => [{ kind: "plane", half: [1, 1], colour: [1, 0, 0, 1] }], place } }
    })(navigation.make(params))
}

test("recordingsOf() keeps all states of bodies in space, and where these are at 25 frames a second at most", async () => {
  const away = task(embodied, { goal_angle: Math.PI })
  const recordings = filmed({ ...embodied, secondsPerStep: 0.0125 }, [away], constant([5, 0], 2))
  const [{ steps, states, played }] = [recordings[0] ?? assert.fail("none")]
  assert.deepEqual([steps, states?.length], [100, 101])
  // Every third of 80 steps a second, and the last.
  assert.deepEqual(played?.steps, [...Array.from({ length: 34 }, (_, f) => 3 * f), 100])
  assert.equal(played.secondsPerFrame, 3 * 0.0125)
  assert.deepEqual(
    played.steps.map((_, f) => played.poses[12 * f]),
    played.steps.map((step) => Math.fround(states?.[step]?.[0] ?? Number.NaN))
  )
  const { layer, files } = memoryStore()
  await Effect.runPromise(Effect.provide(putStates(recordings), layer))
  const [path = ""] = [...files.keys()].filter((name) => name.startsWith("recordings/states-task-1."))
  const kept = right(readNpy(files.get(path) ?? new Uint8Array(), path))
  assert.deepEqual(kept.shape, [101, states?.[0]?.length])
  assert.deepEqual([...kept.data.slice(-kept.shape[1]!)], [...(states?.at(-1) ?? [])])
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
