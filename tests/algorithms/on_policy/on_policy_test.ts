/** An algorithm made of nothing but its loss: advantage actor-critic. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect, Schema } from "effect"
import { algorithmLaws, evaluator, type OnPolicy, onPolicy, ppo } from "../../../algorithms/mod.ts"
import { kind as ppoKind } from "../../../algorithms/ppo/ppo.ts"
import { add, mul, neg, square, sub } from "../../../core/program/mod.ts"
import { child, zeroKey } from "../../../core/random/mod.ts"
import { cartPole } from "../../../envs/mod.ts"
import { identityBox, identityDiscrete } from "../environments.ts"
import { inSession, problemOf, train, twoPoles } from "../support.ts"

const Config = Schema.Struct({ learningRate: Schema.Finite, entropy: Schema.Finite })

const kind: OnPolicy<typeof Config.Type, "policyLoss" | "valueLoss"> = {
  id: "a2c",
  version: "1",
  summary: "Advantage actor-critic",
  config: Config,
  defaults: { learningRate: 1e-2, entropy: 0.01 },
  metrics: ["policyLoss", "valueLoss"],
  loop: ({ learningRate }) => ({ learningRate, gamma: 0.5 }),
  objective: ({ entropy }, x) => {
    const policyLoss = neg(mul(x.logProb, x.advantage))
    const valueLoss = square(sub(x.value, x.return))
    const loss = sub(add(policyLoss, valueLoss), mul(x.entropy, entropy))
    return { loss, metrics: { policyLoss, valueLoss } }
  }
}
const a2c = onPolicy(kind)

for (const law of algorithmLaws(a2c, twoPoles))
  test(`a2c: ${law.name}`, () => inSession(law.check).then((found) => assert.equal(found, undefined)))

/** Mean return by mode after so many iterations. */
const learned = (environment: typeof identityDiscrete, iterations: number) =>
  inSession(
    Effect.gen(function* () {
      const problem = problemOf(environment)
      const learner = yield* a2c.learner(a2c.defaults, problem)
      const state = yield* train(learner, yield* learner.init(zeroKey), iterations)
      const evaluate = yield* evaluator(problem)
      const [result] = yield* evaluate(state.policy, { episodes: 100, actions: "mode" }, child(zeroKey, "test"))
      return result?.meanReturn ?? Number.NaN
    })
  )

test("a2c learns to name the symbol it is shown", async () => {
  const mean = await learned(identityDiscrete, 60)
  assert.ok(mean > 9.5, `${mean} of 10`)
})

test("a2c learns to repeat the number it is shown", async () => {
  const mean = await learned(identityBox, 120)
  // Doing nothing costs a third a step, so 3.3 an episode.
  assert.ok(mean > -0.4, `${mean}`)
})

test("an iteration's metrics are the objective's figures by name, beside those of every on-policy learner", () =>
  inSession(
    Effect.gen(function* () {
      const learner = yield* a2c.learner(a2c.defaults, problemOf(cartPole))
      const { rows } = yield* learner.iterate(yield* learner.init(zeroKey))
      const names = Object.keys(rows[0]?.metrics ?? {})
      assert.deepEqual(names, ["policyLoss", "valueLoss", "explainedVariance", "gradientNorm"])
    })
  ))

test("klStop wants an objective that shows its kl", () =>
  inSession(
    Effect.gen(function* () {
      const stopping = onPolicy({ ...kind, loop: () => ({ klStop: 0.01 }) })
      const failure = yield* Effect.flip(stopping.learner(a2c.defaults, problemOf(cartPole)))
      assert.match(failure.message, /klStop.*"kl".*policyLoss, valueLoss/)
    })
  ))

test("a broken objective is named with the tasks that broke it", () =>
  inSession(
    Effect.gen(function* () {
      const wrong = onPolicy({
        ...ppoKind,
        objective: (c, x) => ppoKind.objective(c, { ...x, advantage: mul(x.advantage, Number.POSITIVE_INFINITY) })
      })
      const learner = yield* wrong.learner(ppo.defaults, problemOf(cartPole))
      const failure = yield* Effect.flip(learner.iterate(yield* learner.init(zeroKey)))
      assert.equal(failure._tag, "TrainingDiverged")
    })
  ))
