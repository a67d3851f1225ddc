/** Task gradients that an aggregator combines. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { onPolicy } from "../../../algorithms/mod.ts"
import { kind } from "../../../algorithms/ppo/ppo.ts"
import {
  type Aggregator,
  aggregator,
  dwa,
  famo,
  mean,
  type TaskGradients,
  uncertainty
} from "../../../core/aggregate/mod.ts"
import { sgd } from "../../../core/optim/mod.ts"
import { zeroKey } from "../../../core/random/mod.ts"
import { close } from "../../core/program/support.ts"
import { closeBeside, inDoubles, inSession, problemOf, train, twoPoles } from "../support.ts"

const RATE = 1e-2

/** Plain steps on all of a rollout, whose changes are gradients. */
const plain = onPolicy({
  ...kind,
  loop: (c) => ({ ...c, batch: Number.POSITIVE_INFINITY, epochs: 1, maxGradientNorm: "off", optimizer: sgd() })
})
const settings = { ...kind.defaults, learningRate: RATE, normaliseAdvantages: false }

/** What so many iterations from one start change. */
const change = (combined?: Aggregator, iterations = 1, within = inSession) =>
  within(
    Effect.gen(function* () {
      const problem = problemOf(twoPoles.environment, {
        tasks: twoPoles.tasks,
        ...(combined === undefined ? {} : { aggregator: combined })
      })
      const learner = yield* plain.learner(settings, problem)
      const start = yield* learner.init(zeroKey)
      const end = yield* train(learner, start, iterations)
      return [...end.policy, ...end.value].map((x, i) => x - [...start.policy, ...start.value][i]!)
    })
  )

const of = (weights: (x: TaskGradients) => readonly number[]): Aggregator =>
  aggregator({ id: "test", summary: "", weights: (x) => Float64Array.from(weights(x)) })

test("the mean of task gradients is the gradient of the mean loss", async () => {
  close(await change(mean, 3), await change(undefined, 3), 1e-5, "change")
})

for (const a of [mean, famo(), dwa(), uncertainty()])
  test(`one gradient of the weighted loss is a step as by every task's own: ${a.id}`, async () => {
    const each: Aggregator = { ...a, by: "gradients" }
    closeBeside(await change(a, 4, inDoubles), await change(each, 4, inDoubles), "change")
  })

test("combinations by losses go by the value function's, which is never negative", async () => {
  const seen: number[][] = []
  const watching: Aggregator = {
    ...mean,
    by: "losses",
    weigh: (x, state) => {
      seen.push([...x.losses])
      return mean.weigh(x, state)
    }
  }
  const rows = await inSession(
    Effect.gen(function* () {
      const problem = problemOf(twoPoles.environment, { tasks: twoPoles.tasks, aggregator: watching })
      const learner = yield* plain.learner(settings, problem)
      return (yield* learner.iterate(yield* learner.init(zeroKey))).rows
    })
  )
  const [losses] = seen
  close(
    losses!,
    rows.map(({ metrics }) => metrics.valueLoss!),
    1e-4,
    "losses"
  )
  assert.ok(losses!.every((l) => l > 0))
})

test("weights of one task alone follow that task's gradient, and all of them add up", async () => {
  const first = await change(of(() => [1, 0]))
  const second = await change(of(() => [0, 1]))
  const both = await change(of(() => [0.25, 0.75]))
  close(
    both,
    first.map((x, i) => 0.25 * x + 0.75 * second[i]!),
    1e-6,
    "combination"
  )
  assert.ok(
    first.some((x, i) => Math.abs(x - second[i]!) > 1e-4),
    "the tasks differ"
  )
})

test("an aggregator is told the Gram matrix of the gradients that its weights are applied to", async () => {
  let gram: Float64Array = new Float64Array(0)
  const seen = (weights: readonly number[]) =>
    of((x) => {
      gram = x.gram
      return weights
    })
  const [a, b] = [await change(seen([1, 0])), await change(seen([0, 1]))]
  const inner = (x: readonly number[], y: readonly number[]) => x.reduce((s, v, i) => s + v * y[i]!, 0) / (RATE * RATE)
  const want = [inner(a, a), inner(a, b), inner(b, a), inner(b, b)]
  close(gram, want, 1e-3 * Math.max(...want.map(Math.abs)), "Gram matrix")
})
