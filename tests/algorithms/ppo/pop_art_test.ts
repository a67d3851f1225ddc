/** PopArt in PPO: values stay what they were when scales move, each task has its own, and a training is what it is without. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { type Algorithm, algorithmLaws, type Ppo, ppo, type TrainingProblem } from "../../../algorithms/mod.ts"
import { makeEstimates } from "../../../algorithms/on_policy/advantage.ts"
import { networks, valueProgram } from "../../../algorithms/on_policy/networks.ts"
import { firstScaled, rescale } from "../../../algorithms/on_policy/pop_art.ts"
import { headsOf } from "../../../algorithms/scaled_heads.ts"
import { evaluate } from "../../../core/program/mod.ts"
import { fillNormal, stream, zeroKey } from "../../../core/random/mod.ts"
import { cartPole } from "../../../envs/mod.ts"
import { layer as wasm } from "../../../plugins/sessions/wasm/mod.ts"
import { built } from "../../core/program/support.ts"
import { inSession, problemOf, right, train, twoPoles } from "../support.ts"

const ids = ["long", "short"]
const network = { layers: 1, width: 8, activation: "tanh", taskOneHot: true, id: "multi-head" } as const
const popArt: Ppo = { ...ppo.defaults, popArt: 0.5 }

test("values are preserved where scales move, of each task by its own head", () => {
  const policy = right(ppo.makePolicy(cartPole, network, ids))
  const n = networks(policy, true)
  const problem = { policy, tasks: twoPoles.tasks }
  const value = Float64Array.from(firstScaled(n, n.value.init(stream(zeroKey), 1)))
  const rows = 6
  const observation = new Float64Array(rows * policy.inputs)
  fillNormal(stream(zeroKey), observation)
  for (let row = 0; row < rows; row++)
    for (let t = 0; t < 2; t++) observation[row * policy.inputs + 4 + t] = t === row % 2 ? 1 : 0
  const valuesAt = (): readonly number[] => {
    const parameters = new Float64Array(n.layout.size)
    parameters.set(value, policy.size)
    return Array.from(evaluate(built(valueProgram(n, rows)), { parameters, observation }).value)
  }
  const before = valuesAt()
  const e = makeEstimates(4)
  // Two tasks of one environment each, in turn.
  e.target.set([1000, 1, 1200, 3])
  const heads = headsOf(n.scaled!, problem)
  const learned = rescale(n, n.scaled!, { heads, each: 1, beta: 1 }, value, e)
  for (const [i, v] of valuesAt().entries()) assert.ok(Math.abs(v - before[i]!) < 1e-12 * 1200, `${v} for ${before[i]}`)
  assert.deepEqual(heads, [1, 0])
  assert.deepEqual(Array.from(n.scaled!.layout.host(value, "mean")), [2, 1100])
  assert.deepEqual(Array.from(n.scaled!.layout.host(value, "deviation")), [1, 100])
  assert.deepEqual(Array.from(learned.target), [-1, -1, 1, 1])
})

const scaledPpo: Algorithm<Ppo> = {
  ...ppo,
  defaults: popArt,
  makePolicy: (spaces, c, tasks) => ppo.makePolicy(spaces, c.taskOneHot ? { ...c, id: "multi-head" } : c, tasks)
}
// A policy that is told nothing has one head, and no widened one has two.
const { widen: _, ...lawful } = scaledPpo

for (const law of algorithmLaws(lawful, twoPoles))
  test(`ppo with PopArt: ${law.name}`, () =>
    Effect.runPromise(Effect.scoped(law.check).pipe(Effect.provide(wasm()))).then((r) => assert.equal(r, undefined)))

for (const law of algorithmLaws({ ...ppo, defaults: popArt }, twoPoles).filter((l) => l.name.includes("widened")))
  test(`ppo with PopArt and one head: ${law.name}`, () =>
    Effect.runPromise(Effect.scoped(law.check).pipe(Effect.provide(wasm()))).then((r) => assert.equal(r, undefined)))

test("scales come to what each task's values reach", async () => {
  const policy = right(ppo.makePolicy(cartPole, network, ids))
  const problem: TrainingProblem = { ...twoPoles, policy, environmentsPerTask: 4, stepsPerTask: 128, iterations: 8 }
  const state = await inSession(
    Effect.gen(function* () {
      const learner = yield* ppo.learner(popArt, problem)
      return yield* train(learner, yield* learner.init(zeroKey), 8)
    })
  )
  const { scaled } = networks(policy, true)
  const value = Float64Array.from(state.value)
  const [means, deviations] = [scaled!.layout.host(value, "mean"), scaled!.layout.host(value, "deviation")]
  // A step pays 1 and poles stand for tens of steps.
  for (const m of means) assert.ok(m > 5 && m < 100, `${means}`)
  for (const d of deviations) assert.ok(d > 1 && d < 100, `${deviations}`)
})

test("a critic without a last layer of its own, and a linear baseline, are refused", () => {
  const problemOf = (id: string) => ({
    ...twoPoles,
    policy: right(ppo.makePolicy(cartPole, { ...network, id }, ids)),
    environmentsPerTask: 2,
    stepsPerTask: 64,
    iterations: 1
  })
  const refusal = (c: Ppo, id: string): string => {
    const refused = ppo.check?.(c, problemOf(id)) ?? E.right(undefined)
    return E.isLeft(refused) ? refused.left.message : ""
  }
  assert.match(refusal(popArt, "paco"), /popArt off, or network\.id mlp, multi-head or moore.*got paco/)
  assert.match(refusal({ ...popArt, baseline: "linear" }, "mlp"), /popArt off with baseline linear/)
  assert.equal(refusal(popArt, "moore"), "")
})

test("a task that is told under another's name trains by that one's head", () =>
  inSession(
    Effect.gen(function* () {
      const policy = right(ppo.makePolicy(cartPole, network, ids))
      const tasks = [{ id: "new", params: { length: 0.6 }, toldAs: "short" }]
      const problem = problemOf(cartPole, { tasks, policy })
      assert.deepEqual(headsOf({ count: 2 }, problem), [1])
      const learner = yield* ppo.learner(popArt, problem)
      const { state } = yield* learner.iterate(yield* learner.init(zeroKey))
      const [n, all] = [networks(policy, true), Float64Array.from(state.value)]
      const mean = n.scaled!.layout.host(all, "mean")
      assert.equal(mean[0], 0)
      assert.ok(mean[1]! > 0)
      const other = yield* ppo.learner(popArt, { ...problem, tasks: [{ ...tasks[0]!, toldAs: "long" }] })
      const refused = other.load(learner.save(state))
      assert.match(JSON.stringify(refused), /toldAs.*long.*short/)
    })
  ))
