/** The unit of work: what is asked for besides training must not change the training. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect, Exit } from "effect"
import { type Algorithm, makePolicy, type Ppo, ppo } from "../../../algorithms/mod.ts"
import { child, zeroKey } from "../../../core/random/mod.ts"
import { cartPole, cartPoleLength } from "../../../envs/mod.ts"
import { type Checkpoint, type Checkpoints, meanOf } from "../../../pipeline/jobs/training.ts"
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
  const stopped = await inSession(train(setting, { ...assignment, until: first }))
  assert.deepEqual(stopped.curve, plain.curve.slice(0, 1))
  const never = await inSession(train(setting, { ...assignment, until: 1e9 }))
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

test("train() ends where its operations come nearest to those that it is given, also after a stop in between", async () => {
  const whole = await inSession(train(setting, { ...assignment, iterations: 6 }))
  const each = whole.operations / 6
  for (const [share, iterations] of [
    [0.1, 1],
    [1.4, 1],
    [3.6, 4],
    [4, 4]
  ] as const) {
    const asked = { ...assignment, operations: share * each }
    const spent = await inSession(train(setting, asked))
    assert.equal(spent.curve.length, iterations, `${share}`)
    assert.deepEqual(spent.curve, whole.curve.slice(0, iterations))
    assert.ok(Math.abs(spent.operations - iterations * each) < 1e-6 * each)
    let kept: Checkpoint | undefined
    const checkpoints: Checkpoints = {
      find: Effect.sync(() => kept),
      offer: (at) =>
        Effect.suspend(() => {
          kept = at()
          return iterations > 1 ? Effect.interrupt : Effect.void
        }),
      keep: () => Effect.void,
      refuse: () => assert.fail("refused")
    }
    // Stopped after every iteration, and gone on with from what was kept.
    for (let attempt = 0; attempt < 10; attempt++) {
      const exit = await inSession(Effect.exit(train(setting, asked, { checkpoints })))
      if (Exit.isFailure(exit)) continue
      assert.deepEqual(exit.value.curve, spent.curve)
      assert.equal(exit.value.operations, spent.operations)
      assert.deepEqual(exit.value.policy, spent.policy)
      kept = undefined
      break
    }
    assert.equal(kept, undefined, "came to its end")
  }
})
