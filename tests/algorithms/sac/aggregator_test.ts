/** Task gradients that an aggregator combines, of critics and policy; the optimiser that a learner is given. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { type Sac, type State, sac, softActorCritic, type TrainingProblem } from "../../../algorithms/mod.ts"
import {
  type Aggregator,
  aggregator,
  dwa,
  famo,
  mean,
  type TaskGradients,
  uncertainty
} from "../../../core/aggregate/mod.ts"
import { type Optimizer, rmsprop, sgd } from "../../../core/optim/mod.ts"
import { zeroKey } from "../../../core/random/mod.ts"
import { cartPole, pendulum } from "../../../envs/mod.ts"
import { close } from "../../core/program/support.ts"
import { closeBeside, inDoubles, inSession, problemOf, right, train, twoPoles } from "../support.ts"

const RATE = 1e-2

const by = (optimizer: Optimizer<string>) => softActorCritic({ id: "sac-test", version: "1", summary: "", optimizer })

const network = { layers: 1, width: 8, activation: "tanh", taskOneHot: false } as const
const poles = (change: Partial<TrainingProblem> = {}): TrainingProblem =>
  problemOf(cartPole, {
    tasks: twoPoles.tasks,
    policy: right(sac.makePolicy(cartPole, network)),
    stepsPerTask: 32,
    ...change
  })
const pendulums = (change: Partial<TrainingProblem> = {}): TrainingProblem =>
  problemOf(pendulum, {
    tasks: [
      { id: "light", params: { m: 0.5 } },
      { id: "heavy", params: { m: 2 } }
    ],
    policy: right(sac.makePolicy(pendulum, network)),
    stepsPerTask: 32,
    ...change
  })

/** What some iterations from one start change: policy, critics and the temperatures. */
const change = (
  problem: TrainingProblem,
  updates: number,
  optimizer: Optimizer<string> = sgd(),
  settings: Partial<Sac> = {},
  { logAlpha, within = inSession }: { readonly logAlpha?: readonly number[]; readonly within?: typeof inSession } = {}
) =>
  within(
    Effect.gen(function* () {
      // The first iteration only fills the replay; in the second the last step is followed by the updates.
      const config = {
        ...sac.defaults,
        learningRate: RATE,
        batch: 32,
        learningStarts: 64,
        trainEvery: 8,
        updates,
        ...settings
      }
      const learner = yield* by(optimizer).learner(config, problem)
      const filled = yield* train(learner, yield* learner.init(zeroKey), 1)
      const temperatures = Float32Array.from(logAlpha ?? filled.arrays.logAlpha!)
      const start: State = { ...filled, arrays: { ...filled.arrays, logAlpha: temperatures } }
      const end = yield* train(learner, start, 1)
      const moved = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a, (x, i) => x - b[i]!)
      return {
        policy: moved(end.policy, start.policy),
        value: moved(end.value, start.value).slice(0, -1),
        logAlpha: moved(end.arrays.logAlpha!, start.arrays.logAlpha!),
        target: moved(end.arrays.target!, start.arrays.target!)
      }
    })
  )

const of = (weights: (x: TaskGradients) => readonly number[]): Aggregator =>
  aggregator({ id: "test", summary: "", weights: (x) => Float64Array.from(weights(x)) })

for (const [name, problem] of [
  ["discrete actions", poles],
  ["actions that are squashed", pendulums]
] as const)
  test(`the mean of task gradients is the gradient of the mean loss: ${name}`, async () => {
    const [combined, whole] = [await change(problem({ aggregator: mean }), 3), await change(problem(), 3)]
    for (const part of ["policy", "value", "logAlpha", "target"] as const) {
      close(combined[part], whole[part], 1e-5, part)
      assert.ok(whole[part].some((x) => Math.abs(x) > 1e-4 * (part === "target" ? 0.01 : 1)))
    }
  })

/** The same combination by every task's own gradient: of the critics; the policy's, which are weighed after them, by their mean. */
const apart = (a: Aggregator): Aggregator => {
  let asked = 0
  return {
    ...a,
    by: "gradients",
    weigh: (x, state) => (asked++ % 2 === 0 ? a : { weigh: () => ({ ...mean.weigh(x, {}), state }) }).weigh(x, state)
  }
}

for (const a of [mean, famo(), dwa(), uncertainty()])
  for (const settings of [{}, { taskWeights: true }, { popArt: 0.5 }])
    test(`one gradient of the weighted loss is a step as by every task's own: ${a.id}, ${JSON.stringify(settings)}`, async () => {
      const at = { logAlpha: [0, 0.5], within: inDoubles }
      const steps = (by: Aggregator) => change(pendulums({ aggregator: by }), 4, sgd(), settings, at)
      const [one, each] = [await steps(a), await steps(apart(a))]
      for (const part of ["policy", "value", "logAlpha", "target"] as const) closeBeside(one[part], each[part], part)
    })

test("weights of one task alone follow that task's gradient, and all of them add up", async () => {
  const weighed = (w: readonly number[]) => change(poles({ aggregator: of(() => w) }), 1)
  const [first, second, both] = [await weighed([1, 0]), await weighed([0, 1]), await weighed([0.25, 0.75])]
  close(
    both.value,
    first.value.map((x, i) => 0.25 * x + 0.75 * second.value[i]!),
    1e-6,
    "critics"
  )
  assert.ok(first.value.some((x, i) => Math.abs(x - second.value[i]!) > 1e-4))
  // A task's temperature is its own, whatever weight it has.
  assert.ok(first.logAlpha.every((x) => x !== 0))
})

test("an aggregator is told the Gram matrix of the gradients that its weights are applied to: the critics', then the policy's", async () => {
  const grams: Float64Array[] = []
  const seen = (weights: readonly number[]) =>
    of((x) => {
      grams.push(x.gram)
      return weights
    })
  const a = await change(poles({ aggregator: seen([1, 0]) }), 1)
  const b = await change(poles({ aggregator: seen([0, 1]) }), 1)
  const dot = (x: readonly number[], y: readonly number[]) => x.reduce((s, v, i) => s + v * y[i]!, 0) / (RATE * RATE)
  const want = [dot(a.value, a.value), dot(a.value, b.value), dot(b.value, a.value), dot(b.value, b.value)]
  assert.equal(grams.length, 4)
  close(grams[0]!, want, 1e-3 * Math.max(...want.map(Math.abs)), "Gram matrix of the critics")
  // The policy's gradients are taken at critics that each weighing moves elsewhere: its own task's entry alone agrees.
  const own = dot(a.policy, a.policy)
  close([grams[1]![0]!], [own], 1e-3 * own, "Gram matrix of the policy")
})

test("a learner steps by the optimiser that it is given, and its state carries that optimiser's", () =>
  inSession(
    Effect.gen(function* () {
      const problem = poles()
      const learner = yield* by(rmsprop()).learner({ ...sac.defaults, batch: 32, learningStarts: 32 }, problem)
      const state = yield* train(learner, yield* learner.init(zeroKey), 2)
      for (const part of ["policy", "value", "logAlpha"])
        assert.ok(
          state.arrays[`${part}V`]?.some((x) => x > 0),
          part
        )
      assert.equal(state.arrays.policyM, undefined)
      const again = yield* by(rmsprop()).learner({ ...sac.defaults, batch: 32, learningStarts: 32 }, problem)
      const end = yield* train(learner, state, 1)
      assert.deepEqual(yield* train(again, right(again.load(learner.save(state))), 1), end)
    })
  ))

test("task weights are T·softmax(−log α), of the critics' losses and of the policy's", async () => {
  const logAlpha = [0, Math.log(3)]
  // exp(−log α) is 1 and 1/3, of which the mean is 2/3.
  const weights = [1.5, 0.5]
  const combined = await change(poles({ aggregator: of(() => weights.map((w) => w / 2)) }), 1, sgd(), {}, { logAlpha })
  for (const problem of [poles(), poles({ aggregator: mean })]) {
    const weighed = await change(problem, 1, sgd(), { taskWeights: true }, { logAlpha })
    for (const part of ["value", "policy", "logAlpha"] as const) close(weighed[part], combined[part], 1e-6, part)
  }
  const plain = await change(poles(), 1, sgd(), {}, { logAlpha })
  assert.ok(plain.value.some((x, i) => Math.abs(x - combined.value[i]!) > 1e-4))
})

test("gradients of critics and policy are scaled down to the largest norm, each by itself", async () => {
  const norm = (x: readonly number[]) => Math.sqrt(x.reduce((sum, v) => sum + v * v, 0)) / RATE
  const free = await change(poles(), 1)
  const limit = Math.min(norm(free.value), norm(free.policy)) / 2
  const held = await change(poles(), 1, sgd(), { maxGradientNorm: limit })
  for (const part of ["value", "policy"] as const) {
    assert.ok(norm(free[part]) > limit)
    assert.ok(Math.abs(norm(held[part]) / limit - 1) < 1e-3, `${part}: ${norm(held[part])}, want ${limit}`)
  }
  close(held.logAlpha, free.logAlpha, 1e-4, "logAlpha")
})

test("a task whose critics' loss is above the limit counts for nothing, in critics and policy; its temperature learns on", async () => {
  const seen: (readonly number[])[] = []
  const even = of(({ losses }) => {
    seen.push(Array.from(losses))
    return [0.5, 0.5]
  })
  const plain = await change(poles({ aggregator: even }), 1)
  // Critics are weighed first.
  const [one = 0, two = 0] = seen[0] ?? []
  const kept = one < two ? [0.5, 0] : [0, 0.5]
  const alone = await change(poles({ aggregator: of(() => kept) }), 1)
  const masked = await change(poles(), 1, sgd(), { maxTaskLoss: (one + two) / 2 })
  for (const part of ["value", "policy"] as const) close(masked[part], alone[part], 1e-6, part)
  close(masked.logAlpha, plain.logAlpha, 1e-6, "logAlpha")
  const free = await change(poles(), 1, sgd(), { maxTaskLoss: 2 * Math.max(one, two) })
  for (const part of ["value", "policy"] as const) close(free[part], plain[part], 1e-6, part)
  const none = await change(poles(), 1, sgd(), { maxTaskLoss: 0 })
  assert.deepEqual(
    [none.value, none.policy].map((x) => Math.max(...x.map(Math.abs))),
    [0, 0]
  )
  const refused = sac.check?.({ ...sac.defaults, maxTaskLoss: 1 }, poles({ aggregator: mean }))
  assert.match(JSON.stringify(refused), /maxTaskLoss.*off with aggregator mean/)
})
