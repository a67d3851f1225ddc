import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as Either from "fp-ts/lib/Either.js"
import { child, stream, zeroKey } from "../../core/random/mod.ts"
import type { Batch } from "../../envs/batch.ts"
import { cartPole } from "../../envs/cartpole/cartpole.ts"
import { linearQuadratic } from "../../envs/linear_quadratic/linear_quadratic.ts"
import { taskBatch } from "../../envs/task_batch.ts"
import { makeRows, vectorise } from "../../envs/vector.ts"

const right = <E, A>(value: Either.Either<E, A>): A => {
  if (Either.isLeft(value)) throw new Error(JSON.stringify(value.left))
  return value.right
}
const dynamics = right(cartPole.make({}))

test("vectorise() equals single environments for any number, any limits and any actions", () =>
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 6 }),
      fc.array(fc.nat(63), { minLength: 1, maxLength: 60 }),
      (limits, moves) => {
        const member = (limit: number, i: number) => ({
          dynamics,
          maxEpisodeSteps: limit,
          stream: stream(child(zeroKey, i))
        })
        const n = limits.length
        const batch = right(vectorise(limits.map(member)))
        const rows = makeRows(n * moves.length, 4)
        const action = (t: number, i: number): number => (moves[t]! >> i) & 1
        batch.reset(rows.observation)
        for (const [t] of moves.entries())
          batch.step(
            Float64Array.from({ length: n }, (_, i) => action(t, i)),
            rows,
            t * n
          )
        for (const [i, limit] of limits.entries()) {
          const single = right(vectorise([member(limit, i)]))
          const one = makeRows(1, 4)
          single.reset(one.observation)
          for (const [t] of moves.entries()) {
            single.step(Float64Array.of(action(t, i)), one)
            const r = t * n + i
            assert.deepEqual(
              [one.reward[0], one.terminated[0], one.truncated[0], one.episodeReturn[0], one.episodeLength[0]],
              [rows.reward[r], rows.terminated[r], rows.truncated[r], rows.episodeReturn[r], rows.episodeLength[r]]
            )
            assert.deepEqual(one.nextObservation, rows.nextObservation.slice(4 * r, 4 * r + 4))
            assert.deepEqual(one.observation, rows.observation.slice(4 * r, 4 * r + 4))
          }
        }
      }
    ),
    { numRuns: 40 }
  ))

test("a termination on the last step of the limit counts as a termination only", () => {
  const falls = right(cartPole.make({ theta_threshold_radians: 1e-6 }))
  const batch = right(vectorise([{ dynamics: falls, maxEpisodeSteps: 1, stream: stream(zeroKey) }]))
  const rows = makeRows(1, 4)
  batch.reset(rows.observation)
  batch.step(Float64Array.of(0), rows)
  assert.deepEqual([rows.terminated[0], rows.truncated[0]], [1, 0])
})

test("the row at a truncation holds the last observation of its episode and a fresh one", () => {
  const batch = right(vectorise([{ dynamics, maxEpisodeSteps: 2, stream: stream(zeroKey) }]))
  const rows = makeRows(2, 4)
  batch.reset(rows.observation)
  batch.step(Float64Array.of(1), rows, 0)
  batch.step(Float64Array.of(1), rows, 1)
  assert.equal(rows.truncated[1], 1)
  assert.equal(rows.episodeReturn[1], 2)
  // Two pushes to the right leave the cart at more than 0.3 m/s; a fresh start is within 0.05.
  assert.ok(rows.nextObservation[5]! > 0.3)
  assert.ok(Math.abs(rows.observation[5]!) <= 0.05)
})

test("taskBatch() gives a task the same numbers whichever other tasks there are", () => {
  const tasks = [0.3, 0.5, 1].map((length) => ({
    id: `length=${length}`,
    environment: cartPole.id,
    params: { length }
  }))
  const play = (batch: Batch) => {
    const rows = makeRows(batch.count, 4)
    batch.reset(rows.observation)
    const actions = new Float64Array(batch.count).fill(1)
    for (let t = 0; t < 30; t++) batch.step(actions, rows)
    return rows
  }
  const all = play(right(taskBatch(cartPole, tasks, 2, zeroKey)))
  const turned = play(right(taskBatch(cartPole, tasks.toReversed(), 2, zeroKey)))
  assert.deepEqual(all.nextObservation.slice(0, 8), turned.nextObservation.slice(16, 24))
  assert.notDeepEqual(all.nextObservation.slice(0, 4), all.nextObservation.slice(4, 8))
})

test("a step before reset(), or with too few actions or rows, moves nothing and says why", () => {
  const batch = right(
    vectorise([0, 1].map((i) => ({ dynamics, maxEpisodeSteps: 9, stream: stream(child(zeroKey, i)) })))
  )
  const rows = makeRows(2, 4)
  const told = (): string => batch.fault()?.message ?? "nothing"
  batch.step(new Float64Array(2), rows)
  assert.equal(told(), "Cannot use step() in a batch: want reset() or load() before it, got 2 of 2 without an episode")
  assert.deepEqual([...rows.reward], [0, 0])
  batch.reset(rows.observation)
  assert.equal(told(), "nothing")
  const before = batch.save()
  for (const [actions, into, row, actionRow, says] of [
    [new Float64Array(1), rows, 0, 0, /actions .*want 2 of 1 numbers each, 2, got 1 numbers/],
    [new Float64Array(4), rows, 0, 3, /actions .*got 1 numbers/],
    [new Float64Array(2), rows, 1, 0, /rows in a batch: want room for 2, got for 1/]
  ] as const) {
    batch.step(actions, into, row, actionRow)
    assert.match(told(), says)
    assert.deepEqual(batch.save(), before)
  }
  const fresh = right(
    vectorise([0, 1].map((i) => ({ dynamics, maxEpisodeSteps: 9, stream: stream(child(zeroKey, i)) })))
  )
  right(fresh.load(batch.save(0, 1), 0, 1))
  fresh.step(new Float64Array(2), rows)
  assert.match(fresh.fault()?.message ?? "", /got 1 of 2 without an episode/)
  right(fresh.load(batch.save()))
  fresh.step(new Float64Array(2), rows)
  assert.equal(fresh.fault(), undefined)
})

test("vectorise() and taskBatch() refuse what does not fit together", () => {
  const member = (d: typeof dynamics) => ({ dynamics: d, maxEpisodeSteps: 5, stream: stream(zeroKey) })
  const mixed = vectorise([member(dynamics), member(right(linearQuadratic.make({})))])
  assert.ok(Either.isLeft(mixed))
  assert.equal(mixed.left.message, "Cannot use members[1].observationSize in a batch: want 4, got 2")
  const none = taskBatch(cartPole, [], 1, zeroKey)
  assert.ok(Either.isLeft(none))
  const misnamed = taskBatch(cartPole, [{ id: "a", params: { lenght: 1 } }], 1, zeroKey)
  assert.ok(Either.isLeft(misnamed))
  assert.match(misnamed.left.message, /did you mean "length"\?/)
})

test("save() and load() of some members leave the others alone", () => {
  const tasks = [0.3, 1].map((length) => ({ id: `${length}`, params: { length } }))
  const [all, other] = [0, 1].map((seed) => right(taskBatch(cartPole, tasks, 2, child(zeroKey, seed))))
  const rows = makeRows(4, 4)
  for (const batch of [all!, other!]) {
    batch.reset(rows.observation)
    for (let t = 0; t < 7; t++) batch.step(new Float64Array(4).fill(1), rows)
  }
  right(all!.load(other!.save(2, 4), 2, 4))
  right(other!.load(all!.save(0, 2), 0, 2))
  assert.deepEqual(all!.save(), other!.save())
  assert.ok(Either.isLeft(all!.load(other!.save(), 2, 4)))
})

test("load() refuses a state of another batch and then changes nothing", () => {
  const make = (n: number) =>
    right(
      vectorise(
        Array.from({ length: n }, (_, i) => ({ dynamics, maxEpisodeSteps: 9, stream: stream(child(zeroKey, i)) }))
      )
    )
  const two = make(2)
  two.reset(new Float32Array(8))
  const before = two.save()
  for (const bad of [make(3).save(), { ...before, streams: ["pcg64:0", "x"] }, { ...before, states: "zz" }]) {
    const loaded = two.load(bad)
    assert.ok(Either.isLeft(loaded))
    assert.equal(loaded.left._tag, "ArgumentError")
    assert.deepEqual(two.save(), before)
  }
})
