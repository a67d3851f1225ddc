import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { type Learner, ppo, type Sac, type State, sac } from "../../../algorithms/mod.ts"
import { networks } from "../../../algorithms/sac/mathematics.ts"
import { updateProgram } from "../../../algorithms/sac/update_program.ts"
import { squashedGaussian } from "../../../core/dist/mod.ts"
import { adam } from "../../../core/optim/mod.ts"
import { evaluate, gradients, mean, program, sub } from "../../../core/program/mod.ts"
import { child, fillNormal, stream, zeroKey } from "../../../core/random/mod.ts"
import { type Environment, pendulum } from "../../../envs/mod.ts"
import { built } from "../../core/program/support.ts"
import { identityBox, identityDiscrete, paying, poisonous } from "../environments.ts"
import { inSession, problemOf, right, train } from "../support.ts"

const network = { layers: 1, width: 8, activation: "tanh", taskOneHot: false } as const

const problem = (environment: Environment) =>
  problemOf(environment, { policy: right(sac.makePolicy(environment, network)), stepsPerTask: 64 })

test("the policy's host log-probability is the program's, and what is played lies within the bounds", () => {
  const policy = right(sac.makePolicy(pendulum, network))
  const actor = policy.actor(64, 1, Float64Array)
  // Deviations from e^-20 to e^2, means far beyond where tanh is 1 in float64.
  actor.head.mean!.forEach((_, i, x) => {
    x[i] = i - 32
  })
  actor.head.logStd!.forEach((_, i, x) => {
    x[i] = -20 + (22 * i) / 63
  })
  actor.sample(0, stream(zeroKey))
  const one = program("one", { mean: [64, 1], logStd: [64, 1], u: [64, 1] }, (x) => ({
    logProb: squashedGaussian.logProb({ mean: x.mean, logStd: x.logStd }, x.u)
  }))
  const { logProb } = evaluate(built(one), { mean: actor.head.mean!, logStd: actor.head.logStd!, u: actor.action })
  // u of size 32 is rounded by up to 4e-15, which is 2e-6 deviations of e^-20.
  for (const [i, x] of logProb.entries()) assert.ok(Math.abs(x - actor.logProb[i]!) < 1e-4, `${x} ${actor.logProb[i]}`)
  const played = new Float64Array(64)
  policy.play?.(actor.action, played)
  assert.ok(played.every((a) => a >= -2 && a <= 2))
  assert.deepEqual([played[0], played[63]], [-2, 2])
})

test("a collector's log-probabilities are those of the policy's program, so that its gradient is the policy's", () =>
  inSession(
    Effect.gen(function* () {
      const p = problem(identityBox)
      const learner = yield* sac.learner(sac.defaults, p)
      const state = yield* learner.init(child(zeroKey, 3))
      const collector = yield* sac.collector(sac.defaults, p)
      const [t] = yield* collector.collect(state, 40, zeroKey)
      assert.ok(t !== undefined)
      const shapes = { theta: [p.policy.size], observation: [40, 1], action: [40, 1] }
      const one = program("one", shapes, (x) => ({
        logProb: p.policy.logProb(x.theta, x.observation, x.action).logProb
      }))
      const { logProb } = evaluate(built(one), { theta: state.policy, observation: t.observation, action: t.action })
      // The session's head is float32: some 1e-7 of each number.
      for (const [i, x] of logProb.entries()) assert.ok(Math.abs(x - t.logProb[i]!) < 1e-5 * (1 + Math.abs(x)))
    })
  ))

const updating = (config: Sac, n: ReturnType<typeof networks>, tasks: number) => ({
  config,
  networks: n,
  optimizer: adam(),
  tasks
})

/** Numbers for every input of an update of T tasks, all drawn, the optimiser's at rest. */
const drawn = (n: ReturnType<typeof networks>, batch: number, tasks: number) => {
  const s = stream(zeroKey)
  const draw = (count: number) => {
    const out = new Float64Array(count)
    fillNormal(s, out)
    return out
  }
  const [size, q] = [n.policy.size, n.twins.size]
  return {
    policy: draw(size),
    value: draw(q),
    target: draw(q),
    logAlpha: new Float64Array(tasks),
    policyM: new Float64Array(size),
    policyV: new Float64Array(size),
    policyCorrection: [0, 0],
    valueM: new Float64Array(q),
    valueV: new Float64Array(q),
    valueCorrection: [0, 0],
    logAlphaM: new Float64Array(tasks),
    logAlphaV: new Float64Array(tasks),
    logAlphaCorrection: [0, 0],
    observation: draw(3 * batch),
    nextObservation: draw(3 * batch),
    action: draw(batch),
    reward: draw(batch),
    terminated: Float64Array.from({ length: batch }, (_, i) => i % 2),
    noise: draw(batch),
    nextNoise: draw(batch)
  }
}

test("an update moves the policy along the gradient at given critics only", () => {
  const p = problem(pendulum)
  const n = networks(p.policy, sac.defaults)
  const batch = 4
  const given = drawn(n, batch, 1)
  const y = evaluate(built(updateProgram(updating({ ...sac.defaults, batch, learningRate: 1e-3 }, n, 1))), given)
  const shapes = { policy: [p.policy.size], value: [n.twins.size], observation: [batch, 3], noise: [batch, 1] }
  const alone = program("alone", shapes, (x) => {
    const twins = [n.twins.view(x.value, "q1"), n.twins.view(x.value, "q2")] as const
    const { q, logProb } = n.actionKind.soft(p.policy.head(x.policy, x.observation), twins, x.observation, x.noise)
    return { gradient: gradients(mean(sub(logProb, q)), [x.policy])[0]! }
  })
  const { policy, observation, noise } = given
  const { gradient } = evaluate(built(alone), { policy, observation, noise, value: y.value! })
  // Adam's first moment after one step is (1 − β₁)·g.
  for (const [i, m] of y.policyM!.entries()) assert.ok(Math.abs(m - 0.1 * gradient[i]!) < 1e-12 * (1 + Math.abs(m)))
  assert.ok(gradient.some((g) => g !== 0))
})

test("each task's temperature is learnt from its own part of the batch, and no other's", () => {
  const n = networks(problem(pendulum).policy, sac.defaults)
  const [batch, tasks] = [6, 2]
  const update = built(updateProgram(updating({ ...sac.defaults, batch }, n, tasks)))
  const given = drawn(n, batch, tasks)
  const own = evaluate(update, given)
  // Rows 3 to 5 are the second task's.
  const elsewhere = { ...given, noise: given.noise.map((x, i) => (i < 3 ? x : x + 1)) }
  const other = evaluate(update, elsewhere)
  assert.equal(other.logAlphaM![0], own.logAlphaM![0])
  assert.notEqual(other.logAlphaM![1], own.logAlphaM![1])
  assert.notEqual(own.logAlphaM![0], own.logAlphaM![1])
})

test("what SAC cannot do is refused with the option and what to do instead", () =>
  inSession(
    Effect.gen(function* () {
      const endlessly = { ...pendulum.action, low: [Number.NEGATIVE_INFINITY] }
      const unbounded = sac.makePolicy({ observation: pendulum.observation, action: endlessly }, network)
      assert.ok(E.isLeft(unbounded))
      assert.match(unbounded.left.message, /action finite bounds, to squash into; PPO does without/)
      assert.equal(sac.supports(endlessly), false)
      const p = problem(pendulum)
      const gaussian = { ...p, policy: right(ppo.makePolicy(pendulum, network)) }
      assert.match((yield* Effect.flip(sac.learner(sac.defaults, gaussian))).message, /policy one that sac\.makePolicy/)
      assert.match(
        (yield* Effect.flip(sac.collector(sac.defaults, gaussian))).message,
        /policy one that sac\.makePolicy/
      )
      const small = sac.learner({ ...sac.defaults, replay: 100 }, p)
      assert.match((yield* Effect.flip(small)).message, /want batch at most the 96 transitions of the replay, got 256/)
      const odd = sac.learner(sac.defaults, { ...p, stepsPerTask: 63 })
      assert.match((yield* Effect.flip(odd)).message, /stepsPerTask a multiple of 8/)
    })
  ))

test("settings of which one makes another one void are refused, with what to do instead", () =>
  inSession(
    Effect.gen(function* () {
      const refusal = (change: Partial<Sac>, on: Environment = pendulum) =>
        Effect.map(Effect.flip(sac.learner({ ...sac.defaults, ...change }, problem(on))), (e) => e.message)
      assert.match(
        yield* refusal({ learningStarts: 1280 }),
        /learningStarts below the 1280 steps of the whole training, got 1280/
      )
      assert.match(
        yield* refusal({ trainEvery: 200 }),
        /trainEvery small enough for an update among the \d+ steps of each environment, the first \d+ of which have none, got 200/
      )
      assert.match(
        yield* refusal({ temperature: 0.2, targetEntropy: -2 }),
        /targetEntropy auto with temperature 0\.2; temperature auto learns to meet one, got -2/
      )
      assert.match(
        yield* refusal({ temperature: 0.2, initialTemperature: 0.5 }),
        /initialTemperature left at 1 with temperature 0\.2; temperature auto learns from one, got 0\.5/
      )
      assert.match(
        yield* refusal({ correction: "epsilon" }, identityDiscrete),
        /correction exact with discrete actions, which nothing squashes, got epsilon/
      )
    })
  ))

test("a checkpoint of another architecture, setting or version is refused, with what differs and both of its values", () =>
  inSession(
    Effect.gen(function* () {
      const p = problem(pendulum)
      const learner = yield* sac.learner(sac.defaults, p)
      const saved = learner.save(yield* learner.init(zeroKey))
      const refusal = (other: Learner, from = saved) => {
        const loaded = other.load(from)
        return E.isLeft(loaded) ? loaded.left.message : "accepted"
      }
      const wide = { ...p, policy: right(sac.makePolicy(pendulum, { ...network, width: 16 })) }
      assert.match(refusal(yield* sac.learner(sac.defaults, wide)), /want network\.width 16, got 8/)
      assert.match(refusal(yield* sac.learner({ ...sac.defaults, tau: 0.5 }, p)), /want config\.tau 0\.5, got 0\.005/)
      const renamed = { ...p, tasks: [{ id: "other", params: {} }] }
      assert.match(refusal(yield* sac.learner(sac.defaults, renamed)), /want tasks\.0\.id "other", got "only"/)
      const light = { ...p, tasks: [{ id: "only", params: { m: 0.5 } }] }
      assert.match(refusal(yield* sac.learner(sac.defaults, light)), /want tasks\.0\.is\.params\.m 0\.5, got 1/)
      const old = { ...saved, json: saved.json.replace(`sac@${sac.version}`, "sac@0") }
      assert.match(refusal(learner, old), new RegExp(`want algorithm "sac@${sac.version}", got "sac@0"`))
      assert.match(refusal(learner, { ...saved, json: "{}" }), /want json what save\(\) wrote, got "\{\}"/)
      const { target, ...arrays } = saved.arrays
      assert.match(refusal(learner, { ...saved, arrays }), /want array "target" numbers, got nothing/)
      assert.equal(E.isRight(learner.load(saved)), target !== undefined)
    })
  ))

test("a training goes on from the critics, the temperature and the policy of another one, on any of its tasks", () =>
  inSession(
    Effect.gen(function* () {
      const tasks = ["a", "b", "c"].map((id) => ({ id, params: {} }))
      const all = { ...problem(identityBox), tasks }
      const config = { ...sac.defaults, learningStarts: 48, batch: 32 }
      const first = yield* sac.learner(config, all)
      const { policy, value, arrays } = yield* train(first, yield* first.init(zeroKey), 3)
      const n = networks(all.policy, sac.defaults)
      const logAlpha = arrays.logAlpha ?? []
      const mean = Array.from(logAlpha).reduce((a, b) => a + b, 0) / 3
      assert.ok(logAlpha[0] !== logAlpha[1] && Math.abs(value.at(-1)! - mean) < 1e-6)
      const next = yield* sac.learner(config, { ...all, tasks: tasks.slice(1) })
      const begun = yield* next.init(child(zeroKey, 1), { policy, value })
      assert.deepEqual([...begun.arrays.logAlpha!], [value.at(-1), value.at(-1)])
      assert.deepEqual(begun.arrays.target, value.slice(0, n.twins.size))
      // The bias of log σ alone: this policy plays 0, give or take e^-5, until its first update.
      const still = policy.map((_, i) => (i === policy.length - 1 ? -5 : 0))
      const played = Effect.fnUntraced(function* (from: State) {
        const { arrays } = (yield* next.iterate(from)).state
        return Math.max(...Array.from({ length: 48 }, (_, i) => Math.abs(arrays.replay![5 * i + 1]!)))
      })
      assert.ok((yield* played(yield* next.init(zeroKey, { policy: still }))) < 0.05)
      assert.ok((yield* played(yield* next.init(zeroKey))) > 0.9)
    })
  ))

test("a loss that is not a number ends the training with its task and the last losses named", () =>
  inSession(
    Effect.gen(function* () {
      // Each reward is a float32, the square of the second task's is not.
      const tasks = [
        { id: "fair", params: {} },
        { id: "lavish", params: { pay: 1e30 } }
      ]
      const p = { ...problem(paying), tasks }
      const learner = yield* sac.learner({ ...sac.defaults, learningStarts: 0, batch: 8 }, p)
      const error = yield* Effect.flip(learner.iterate(yield* learner.init(zeroKey)))
      assert.ok(error._tag === "TrainingDiverged")
      assert.deepEqual([error.tasks, error.quantity], [["lavish"], "loss"])
      assert.match(error.message, /try a smaller learning rate/)
    })
  ))

test("a reward that is not a number ends the training with its task named", () =>
  inSession(
    Effect.gen(function* () {
      const learner = yield* sac.learner(sac.defaults, problem(poisonous))
      const state = yield* learner.init(zeroKey)
      const error = yield* Effect.flip(train(learner, state, 20))
      assert.ok(error._tag === "TrainingDiverged")
      assert.deepEqual([error.tasks, error.quantity], [["only"], "reward"])
    })
  ))

test("a full replay keeps going: states given out stay, and resuming gives the same bits", () =>
  inSession(
    Effect.gen(function* () {
      const p = problem(identityBox)
      const config = { ...sac.defaults, replay: 160, batch: 32 }
      const [a, b] = [yield* sac.learner(config, p), yield* sac.learner(config, p)]
      const half = yield* train(a, yield* a.init(zeroKey), 4)
      const kept = half.arrays.replay!.slice()
      const end = yield* train(a, half, 3)
      assert.equal(kept.length, 160 * 5)
      assert.deepEqual(half.arrays.replay, kept)
      assert.deepEqual(yield* train(b, right(b.load(a.save(half))), 3), end)
      const cut = a.save({ ...half, arrays: { ...half.arrays, replay: kept.subarray(5) } })
      const refused = a.load(cut)
      assert.ok(E.isLeft(refused))
      assert.match(refused.left.message, /array "replay" 800 numbers, got 795/)
    })
  ))
