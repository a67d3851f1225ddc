import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { boMrl, type State, untyped } from "../../../algorithms/mod.ts"
import { child, zeroKey } from "../../../core/random/mod.ts"
import { mean } from "../../../core/stat/mod.ts"
import { navigation } from "../../../envs/mod.ts"
import { inSession, problemOf, right } from "../support.ts"

// On six keys: −104 before adaptation and −30 to −41 after one step without learning; −43 to −53 and −14 to −18 with it.
const goals = (degrees: readonly number[]) =>
  degrees.map((d) => ({ id: `${d}`, params: { goal_angle: (d * Math.PI) / 180 } }))

test("BO-MRL learns where goals lie: unseen ones are nearer before adaptation, and nearer after one, than without learning", () =>
  inSession(
    Effect.gen(function* () {
      const network = { layers: 1, width: 16, activation: "tanh", taskOneHot: false } as const
      const policy = right(boMrl.makePolicy(navigation, network))
      const base = { policy, environmentsPerTask: 5 }
      const config = { ...boMrl.defaults, trust: { ...boMrl.defaults.trust, kl: 3e-3 } }
      const tasks = goals([30, 60, 90, 120, 150])
      const learner = yield* boMrl.learner(config, problemOf(navigation, { ...base, tasks, stepsPerTask: 1000 }))
      const unseen = problemOf(navigation, { ...base, tasks: goals([45, 75, 105, 135]), stepsPerTask: 500 })
      const { adapt } = yield* (untyped(boMrl).adapter ?? assert.fail())(config, unseen)
      const returns = Effect.fnUntraced(function* (at: State) {
        const adapted = yield* adapt(at, 1, child(zeroKey, "test"))
        return [0, 1].map((k) => mean(adapted.map((a) => a.rollouts[k]?.meanReturn ?? Number.NaN)))
      })
      const gained: number[][] = []
      for (const seed of [1, 2]) {
        let state = yield* learner.init(child(zeroKey, seed))
        const untrained = yield* returns(state)
        for (let i = 0; i < 20; i++) state = (yield* learner.iterate(state)).state
        const trained = yield* returns(state)
        gained.push(trained.map((r, k) => r - untrained[k]!))
        assert.ok(trained[1]! > trained[0]! + 10, `${trained}`)
      }
      assert.ok(Math.min(...gained.map((g) => g[0]!)) > 25, `${gained}`)
      assert.ok(mean(gained.map((g) => g[1]!)) > 8, `${gained}`)
    })
  ))
