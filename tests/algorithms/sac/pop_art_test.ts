/** PopArt in SAC: what critics say is preserved where scales move, target critics follow as they do without, and unequal tasks are learned. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import {
  type Algorithm,
  algorithmLaws,
  evaluator,
  type Sac,
  type State,
  sac,
  type TrainingProblem
} from "../../../algorithms/mod.ts"
import { inUnit, networks } from "../../../algorithms/sac/mathematics.ts"
import { constant, evaluate, program } from "../../../core/program/mod.ts"
import { child, fillNormal, stream, uniform, zeroKey } from "../../../core/random/mod.ts"
import { type Environment, environment, number } from "../../../envs/mod.ts"
import { layer as wasm } from "../../../plugins/sessions/wasm/mod.ts"
import { built } from "../../core/program/support.ts"
import { identityBox } from "../environments.ts"
import { inDoubles, inSession, problemOf, right, train, twoPoles } from "../support.ts"

const network = { layers: 1, width: 16, activation: "relu", taskOneHot: true, id: "multi-head" } as const

/** Shows a number; one task is to repeat it, the other to say its opposite. What a miss costs is a thousandfold in the second. */
const unequal = environment({
  ...identityBox,
  id: "Unequal-v0",
  parameters: { pay: number(1, "", 0, 1e6, "cost of a miss of 1"), sign: number(1, "", -1, 1, "of the answer") },
  dynamics: ({ pay, sign }) => ({
    stateSize: 1,
    observationSize: 1,
    actionSize: 1,
    reset: (state, at, s) => {
      state[at] = uniform(s, -1, 1)
    },
    step: (state, at, action, s, outcome) => {
      outcome.reward = -pay * (action[0]! - sign * state[at]!) ** 2
      outcome.terminated = false
      state[at] = uniform(s, -1, 1)
    },
    observe: (state, at, out, outAt) => {
      out[outAt] = state[at]!
    }
  })
})
const tasks = [
  { id: "small", params: { pay: 0.1, sign: 1 } },
  { id: "large", params: { pay: 100, sign: -1 } }
]

const grounds = {
  vectors: { environment: unequal, tasks },
  "discrete actions": twoPoles
} as const

const problemFor = (
  { environment: of, tasks: those }: { readonly environment: Environment; readonly tasks: TrainingProblem["tasks"] },
  id: string = network.id
): TrainingProblem => {
  const ids = those.map((t) => t.id)
  const policy = right(sac.makePolicy(of, { ...network, id }, ids))
  return problemOf(of, { tasks: those, policy, environmentsPerTask: 2, stepsPerTask: 32 })
}

const settings: Sac = { ...sac.defaults, learningRate: 3e-3, batch: 16, updates: 1, popArt: 0.3 }

/** What critics and target critics say of some rows of every task, in the rewards' own unit. */
const said = ({ policy }: TrainingProblem, { arrays, value }: State) => {
  const rows = 8
  const n = networks(policy, settings)
  const observation = new Float64Array(rows * policy.inputs)
  fillNormal(stream(zeroKey), observation)
  for (let row = 0; row < rows; row++)
    for (let t = 0; t < 2; t++) observation[(row + 1) * policy.inputs - 2 + t] = t === row % 2 ? 1 : 0
  const action = new Float64Array(rows * policy.actionSize).fill(1)
  const heads = n.heads?.count ?? 0
  const shapes = { critics: [n.twins.size], observation: [rows, policy.inputs], mean: [heads], deviation: [heads] }
  const p = program("said", shapes, (x) => {
    const q = (name: "q1" | "q2") =>
      n.actionKind.q(n.twins.view(x.critics, name), x.observation, constant(action, n.actionKind.actionShape(rows)))
    return { q1: inUnit(n, x, q("q1"), x.observation), q2: inUnit(n, x, q("q2"), x.observation) }
  })
  const [mean, deviation] = [arrays.mean!, arrays.deviation!]
  const of = (critics: ArrayLike<number>): readonly number[] => {
    const { q1, q2 } = evaluate(built(p), { critics, observation, mean, deviation })
    return [...q1, ...q2]
  }
  return { critics: of(value.subarray(0, n.twins.size)), targets: of(arrays.target!) }
}

/** That numbers are equal to so many parts of the scales they went through. */
const same = (got: readonly number[], want: readonly number[], { arrays }: State, tolerance: number): void => {
  const most = Math.max(...[...arrays.mean!, ...arrays.deviation!, ...want].map(Math.abs))
  for (const [i, v] of got.entries()) assert.ok(Math.abs(v - want[i]!) <= tolerance * most, `${v} for ${want[i]}`)
}

/** What some updates leave of a number in float32. */
const ROUNDED = 1e-5

for (const [actions, ground] of Object.entries(grounds))
  for (const [precision, within, tolerance, ids] of [
    ["float64", inDoubles, 1e-12, ["multi-head", "mlp"]],
    ["float32", inSession, ROUNDED, ["multi-head", "mlp", "moore"]]
  ] as const)
    for (const id of ids)
      test(`what critics and target critics say is preserved where scales move: ${id}, ${actions}, ${precision}`, () =>
        within(
          Effect.gen(function* () {
            const problem = problemFor(ground, id)
            const learner = yield* sac.learner(settings, problem)
            // Targets that lag behind critics, in scales that have moved.
            const start = yield* train(learner, yield* learner.init(zeroKey), 3)
            const still = yield* sac.learner({ ...settings, learningRate: 0, tau: 0 }, problem)
            const end = yield* train(still, start, 2)
            assert.notDeepEqual(end.arrays.mean, start.arrays.mean)
            const [before, after] = [said(problem, start), said(problem, end)]
            assert.notDeepEqual(before.critics, before.targets)
            same(after.critics, before.critics, end, tolerance)
            same(after.targets, before.targets, end, tolerance)
          })
        ))

test("target critics follow critics in the rewards' own unit, however scales move", () =>
  inDoubles(
    Effect.gen(function* () {
      const problem = problemFor(grounds.vectors, "mlp")
      const linear = {
        ...problem,
        policy: right(sac.makePolicy(unequal, { ...network, id: "mlp", layers: 0 }, ["small", "large"]))
      }
      const learner = yield* sac.learner(settings, linear)
      const start = yield* train(learner, yield* learner.init(zeroKey), 3)
      const tau = 0.1
      const following = yield* sac.learner({ ...settings, learningRate: 0, tau, trainEvery: 16 }, linear)
      const end = yield* train(following, start, 1)
      const before = said(linear, start)
      // A critic without hidden layers is linear in its parameters: what targets say moves as their parameters do.
      const left = 1 - tau
      const want = before.targets.map((v, i) => before.critics[i]! + left * (v - before.critics[i]!))
      same(said(linear, end).targets, want, end, 1e-12)
    })
  ))

test("tasks whose rewards differ a thousandfold are both learned, as they are not without", () =>
  inSession(
    Effect.gen(function* () {
      const problem = { ...problemFor(grounds.vectors), stepsPerTask: 100 }
      const play = yield* evaluator(problem)
      const learnt = Effect.fn(function* (popArt: Sac["popArt"]) {
        const config: Sac = { ...settings, updates: "steps", popArt, batch: 64, gamma: 0.5, initialTemperature: 0.1 }
        const learner = yield* sac.learner(config, problem)
        const state = yield* train(learner, yield* learner.init(zeroKey), 8)
        const all = yield* play(state.policy, { episodes: 50, actions: "mode" }, child(zeroKey, 1))
        // In units of what a miss costs: 0 throughout gives -3.3.
        return { state, returns: all.map((e, t) => e.meanReturn / tasks[t]!.params.pay) }
      })
      const [scaled, plain] = [yield* learnt(0.03), yield* learnt("off")]
      assert.ok(
        scaled.returns.every((r) => r > -0.4),
        String(scaled.returns)
      )
      assert.ok(Math.min(...plain.returns) < -1, String(plain.returns))
      const [small = 0, large = 0] = scaled.state.arrays.deviation ?? []
      assert.ok(large > 300 * small, `${small}, ${large}`)
      assert.equal(plain.state.arrays.deviation, undefined)
    })
  ))

const small = { ...settings, batch: 8 }
const scaledSac: Algorithm<Sac> = {
  ...sac,
  defaults: small,
  makePolicy: (spaces, c, ids) => sac.makePolicy(spaces, c.taskOneHot ? { ...c, id: "multi-head" } : c, ids)
}
// A policy that is told nothing has one head, and no widened one has two.
const { widen: _, ...lawful } = scaledSac

for (const law of [
  ...algorithmLaws(lawful, twoPoles),
  ...algorithmLaws({ ...sac, defaults: small }, twoPoles).filter((l) => l.name.includes("widened"))
])
  test(`sac with PopArt: ${law.name}`, () =>
    Effect.runPromise(Effect.scoped(law.check).pipe(Effect.provide(wasm()))).then((r) => assert.equal(r, undefined)))

test("a critic without a last layer of its own is refused", () => {
  const refused = sac.check?.(settings, problemFor(twoPoles, "paco")) ?? E.right(undefined)
  assert.match(JSON.stringify(refused), /popArt off, or network\.id mlp, multi-head or moore.*paco/)
})
