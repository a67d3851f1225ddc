/** One policy told its task learns what no policy that is not told can: cart-poles half of which have left and right swapped. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { architectures, evaluator, type NetworkConfig, type Ppo, ppo } from "../../algorithms/mod.ts"
import { child, zeroKey } from "../../core/random/mod.ts"
import { cartPoleMirrored } from "../../envs/mod.ts"
import { inSession, right, train } from "../algorithms/support.ts"

const { environment } = cartPoleMirrored
const { tasks } = right(cartPoleMirrored.tasks({ n: 4 }))
const config: Ppo = { ...ppo.defaults, learningRate: 3e-3, batch: 256 }
const ITERATIONS = 12

/** Mean return over the tasks, by mode. */
const learned = (network: NetworkConfig, seed: number) =>
  inSession(
    Effect.gen(function* () {
      const ids = tasks.map((t) => t.id)
      const policy = right(ppo.makePolicy(environment, network, ids))
      const problem = { environment, tasks, policy, environmentsPerTask: 8, stepsPerTask: 512, iterations: ITERATIONS }
      const learner = yield* ppo.learner(config, problem)
      const state = yield* train(learner, yield* learner.init(child(zeroKey, seed)), ITERATIONS)
      const evaluate = yield* evaluator(problem)
      const played = yield* evaluate(state.policy, { episodes: 16, actions: "mode" }, child(zeroKey, "test", seed))
      return played.reduce((sum, { meanReturn }) => sum + meanReturn / played.length, 0)
    })
  )

const layers = { layers: 2, width: 32, activation: "tanh" } as const
const options: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "soft-modules": { embedding: 32, routing: 32 },
  care: { embedding: 16, encoderWidth: 16 },
  film: { embedding: 8 }
}

for (const { id } of architectures)
  test(`PPO with ${id}, told its task, balances poles whose carts go the other way`, async () => {
    const network = { ...layers, id, taskOneHot: true, options: options[id] ?? {} }
    for (const seed of [0, 1]) {
      const mean = await learned(network, seed)
      // Of 500. A policy that is not told its task does right by half of them at most.
      assert.ok(mean > 250, `${mean} with seed ${seed}`)
    }
  })

test("PPO that is not told its task does not", async () => {
  const mean = await learned({ ...layers, taskOneHot: false }, 0)
  assert.ok(mean < 150, `${mean}`)
})
