/** The unit of work: what is asked for besides training must not change the training. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { type Algorithm, makePolicy, type Ppo, ppo } from "../../../algorithms/mod.ts"
import { child, zeroKey } from "../../../core/random/mod.ts"
import { cartPole, cartPoleLength } from "../../../envs/mod.ts"
import { meanOf } from "../../../pipeline/jobs/training.ts"
import { curveMeans, type Setting, train } from "../../../pipeline/mod.ts"
import { inSession, right } from "../../algorithms/support.ts"

const setting: Setting<typeof ppo.defaults> = {
  environment: cartPole,
  algorithm: ppo,
  algorithmConfig: ppo.defaults,
  policy: right(makePolicy(cartPole, { layers: 1, width: 16, activation: "tanh", taskOneHot: false })),
  environmentsPerTask: 4,
  stepsPerTask: 128,
  episodes: 3
}

const { tasks } = right(cartPoleLength.tasks({ n: 2 }))
const assignment = { tasks, iterations: 3, key: child(zeroKey, "train") }

test("train() assesses after each iteration when asked, and trains the same", async () => {
  const plain = await inSession(train(setting, assignment))
  const assessed = await inSession(train({ ...setting, assessments: 5 }, assignment))
  assert.deepEqual(assessed.policy, plain.policy)
  assert.deepEqual(assessed.curve, plain.curve)
  assert.deepEqual(assessed.returns, plain.returns)
  assert.deepEqual(plain.assessed, [])
  assert.equal(assessed.assessed.length, 3)
  assert.ok(assessed.assessed.every((row) => row.length === 2 && row.every((v) => v >= 1 && v <= 500)))
})

test("curveMeans() is the mean of the assessments where there are any, else of the known curve", async () => {
  const trained = await inSession(train(setting, assignment))
  const curve = [
    [10, Number.NaN],
    [20, 7],
    [30, 9]
  ]
  assert.deepEqual(curveMeans({ ...trained, curve }), [20, 8])
  const assessed = [
    [1, 2],
    [3, 6]
  ]
  assert.deepEqual(curveMeans({ ...trained, curve, assessed }), [2, 4])
})

test("train() ends at the first iteration whose mean return reaches the target", async () => {
  const plain = await inSession(train(setting, assignment))
  const first = meanOf(plain.curve[0]!)
  const stopped = await inSession(train(setting, assignment, { until: first }))
  assert.deepEqual(stopped.curve, plain.curve.slice(0, 1))
  const never = await inSession(train(setting, assignment, { until: 1e9 }))
  assert.deepEqual(never.policy, plain.policy)
})

test("train() refuses to normalise with a learner that gathers no moments, and gives those of one that does", async () => {
  const network = { layers: 1, width: 16, activation: "tanh", taskOneHot: false } as const
  const normalise = { observation: true, reward: true }
  const policy = right(makePolicy(cartPole, { ...network, normalise }))
  const trained = await inSession(train({ ...setting, policy }, assignment))
  assert.equal(trained.moments?.length, 12)
  const forgetful: Algorithm<Ppo> = {
    ...ppo,
    learner: (c, problem) => ppo.learner(c, { ...problem, policy: setting.policy })
  }
  const refused = await inSession(Effect.flip(train({ ...setting, policy, algorithm: forgetful }, assignment)))
  assert.match(refused.message, /want normalise off, as ppo gathers no moments, got on/)
})
