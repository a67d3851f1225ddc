import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { mamlTrpo } from "../../../algorithms/maml/maml.ts"
import { type State, untyped } from "../../../algorithms/mod.ts"
import { child, zeroKey } from "../../../core/random/mod.ts"
import { mean } from "../../../core/stat/mod.ts"
import { navigation } from "../../../envs/mod.ts"
import { inSession, problemOf, right } from "../support.ts"

const goals = (degrees: readonly number[]) =>
  degrees.map((d) => ({ id: `${d}`, params: { goal_angle: (d * Math.PI) / 180 } }))

// After one step, on six keys: −90 each before learning; −13 to −31 after it, of −94 to −104 without adaptation.
test("MAML-TRPO learns to adapt to goals that it never saw: one step comes to raise the return, as it did not at first", () =>
  inSession(
    Effect.gen(function* () {
      const network = { layers: 1, width: 16, activation: "tanh", taskOneHot: false } as const
      const policy = right(mamlTrpo.makePolicy(navigation, network))
      const base = { policy, environmentsPerTask: 5 }
      const learner = yield* mamlTrpo.learner(
        mamlTrpo.defaults,
        problemOf(navigation, { ...base, tasks: goals([0, 60, 120, 180, 240, 300]), stepsPerTask: 1000 })
      )
      const unseen = problemOf(navigation, { ...base, tasks: goals([30, 90, 150, 210, 270, 330]), stepsPerTask: 500 })
      const make = untyped(mamlTrpo).adapter ?? assert.fail()
      const { adapt } = yield* make(mamlTrpo.defaults, unseen)
      const returns = Effect.fnUntraced(function* (at: State) {
        const adapted = yield* adapt(at, 2, child(zeroKey, "test"))
        return [0, 1, 2].map((k) => mean(adapted.map((a) => a.rollouts[k]?.meanReturn ?? Number.NaN)))
      })
      let state = yield* learner.init(child(zeroKey, 1))
      const untrained = yield* returns(state)
      for (let i = 0; i < 15; i++) state = (yield* learner.iterate(state)).state
      const trained = yield* returns(state)
      assert.ok(trained[1]! > trained[0]! + 40, `${trained}`)
      assert.ok(trained[1]! > untrained[1]! + 40, `${trained} and ${untrained}`)
      // A step beyond those that were learned does not go past.
      assert.ok(trained[2]! > trained[0]! + 40, `${trained}`)
    })
  ))
