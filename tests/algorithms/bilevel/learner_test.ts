import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect, Schema, type Scope } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { BoMrlConfig } from "../../../algorithms/bilevel/config.ts"
import { algorithmLaws, boMrl, type LearnerError, untyped } from "../../../algorithms/mod.ts"
import { child, zeroKey } from "../../../core/random/mod.ts"
import type { Session } from "../../../core/service/session.ts"
import { navigation } from "../../../envs/mod.ts"
import { poisonous } from "../environments.ts"
import { inSession, problemOf, twoPoles } from "../support.ts"
import { settings } from "./support.ts"

for (const law of algorithmLaws(boMrl, twoPoles))
  test(`bo-mrl: ${law.name}`, () => inSession(law.check).then((r) => assert.equal(r, undefined)))

const pair = [
  { id: "east", params: { goal_angle: 0 } },
  { id: "west", params: { goal_angle: Math.PI } }
]

type Refused = Effect.Effect<unknown, LearnerError, Session | Scope.Scope>

const refusalOf = (refused: Refused) =>
  inSession(
    Effect.map(Effect.flip(refused), (e) => {
      assert.ok("want" in e)
      return e
    })
  )

test("bo-mrl refuses one task, steps that its two rollouts cannot share, and a lambda that is not above 0", async () => {
  const problem = problemOf(navigation, { tasks: pair })
  const fields = [
    Effect.flatMap(boMrl.learner(boMrl.defaults, problemOf(navigation)), (l) => l.init(zeroKey)),
    boMrl.learner(boMrl.defaults, { ...problem, stepsPerTask: 24 }),
    boMrl.learner(settings({ lambda: 0 }), problem)
  ]
  const wanted = await Promise.all(fields.map(async (f) => (await refusalOf(f)).want.split(" ")[0]))
  assert.deepEqual(wanted, ["tasks", "stepsPerTask", "inner.lambda"])
  const decoded = Schema.decodeUnknownExit(BoMrlConfig)(settings({ lambda: 0 }))
  assert.equal(decoded._tag, "Failure")
})

test("an adaptation that was not solved is refused with its task, the iteration and the gradient's norm", async () => {
  const problem = problemOf(navigation, { tasks: pair })
  const { message } = await refusalOf(
    Effect.gen(function* () {
      const learner = yield* boMrl.learner(settings({ tolerance: 1e-6, iterations: 3 }), problem)
      return yield* learner.iterate(yield* learner.init(zeroKey))
    })
  )
  assert.match(
    message,
    /^Cannot adapt to east: want a gradient of at most 0.000001 of what it was .*, a gradient of norm [\d.e-]+, in iteration 0; take more inner.iterations/
  )
})

test("a curvature that is not positive definite is refused with its eigenvalue and the damping that mends it", async () => {
  const problem = problemOf(navigation, { tasks: pair })
  const config = (damping: number) => ({
    ...settings({ distance: "D3", lambda: 1e-3, surrogate: "ratio" }),
    hypergradient: { iterations: 20, tolerance: 1e-3, damping }
  })
  const iterate = (damping: number) =>
    Effect.gen(function* () {
      const learner = yield* boMrl.learner(config(damping), problem)
      return yield* learner.iterate(yield* learner.init(child(zeroKey, 1)))
    })
  const { message } = await refusalOf(iterate(0))
  const found =
    /^Cannot differentiate the adaptation to (?:east|west): .* smallest eigenvalue is -[\d.e+-]+, in iteration 0; a hypergradient.damping of ([\d.e+]+) /.exec(
      message
    )
  assert.ok(found !== null, message)
  const { rows } = await inSession(iterate(2 * Number(found[1])))
  assert.equal(rows.length, 2)
})

test("iterate() fails with the tasks whose rewards are not numbers", async () => {
  const tasks = [
    { id: "a", params: {} },
    { id: "b", params: {} }
  ]
  const problem = problemOf(poisonous, { tasks, stepsPerTask: 512 })
  const error = await inSession(
    Effect.flip(
      Effect.gen(function* () {
        const learner = yield* boMrl.learner(boMrl.defaults, problem)
        return yield* learner.iterate(yield* learner.init(zeroKey))
      })
    )
  )
  assert.ok(error._tag === "TrainingDiverged")
  assert.deepEqual([error.doing, error.quantity], ["go on with bo-mrl", "reward or log-probability"])
})

test("steps of the meta-policy stay within the divergence that was set, and never make the loss more", () =>
  inSession(
    Effect.gen(function* () {
      const learner = yield* boMrl.learner(boMrl.defaults, problemOf(navigation, { tasks: pair, stepsPerTask: 800 }))
      let state = yield* learner.init(child(zeroKey, 3))
      for (let i = 0; i < 4; i++) {
        const { state: next, rows } = yield* learner.iterate(state)
        const { stepKl = Number.NaN, improvement = Number.NaN, innerGain = Number.NaN } = rows[0]!.metrics
        assert.ok(stepKl >= 0 && stepKl <= boMrl.defaults.trust.kl && improvement >= 0 && innerGain > 0)
        state = next
      }
    })
  ))

test("bo-mrl's adapter takes each task its own way, and a task adapts as it would alone", () =>
  inSession(
    Effect.gen(function* () {
      const problem = problemOf(navigation, { tasks: pair })
      const learner = yield* boMrl.learner(boMrl.defaults, problem)
      const at = yield* learner.init(zeroKey)
      const make = untyped(boMrl).adapter ?? assert.fail()
      const { adapt, steps } = yield* make(boMrl.defaults, { ...problem, stepsPerTask: 80 })
      assert.equal(steps, 1)
      const [east, west] = yield* adapt(at, 2, zeroKey)
      assert.notDeepEqual(east?.policy, west?.policy)
      const alone = yield* make(boMrl.defaults, { ...problem, tasks: [pair[1]!], stepsPerTask: 80 })
      assert.deepEqual((yield* alone.adapt(at, 2, zeroKey))[0], west)
    })
  ))

test("check() says the same without a session", () => {
  const refused = boMrl.check?.(settings({ lambda: -1 }), problemOf(navigation, { tasks: pair }))
  assert.ok(refused !== undefined && E.isLeft(refused))
})
