/** Learners that combine task gradients keep the laws: what an aggregator remembers and draws is part of their state. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { type Algorithm, algorithmLaws, ppo, promp, sac } from "../../algorithms/mod.ts"
import { type Aggregator, famo, gradVac, mgda, pcgrad, uncertainty } from "../../core/aggregate/mod.ts"
import { cartPole } from "../../envs/mod.ts"
import { layer as wasm } from "../../plugins/sessions/wasm/mod.ts"
import { problemOf, right, twoPoles } from "./support.ts"

const small = { ...sac, defaults: { ...sac.defaults, batch: 8, updates: 1 } }

const laws = <C>(algorithm: Algorithm<C>, aggregators: readonly Aggregator[]): void => {
  for (const aggregator of aggregators)
    for (const law of algorithmLaws(algorithm, { ...twoPoles, aggregator }))
      test(`${algorithm.id} with ${aggregator.id}: ${law.name}`, () =>
        Effect.runPromise(Effect.scoped(law.check).pipe(Effect.provide(wasm()))).then((r) =>
          assert.equal(r, undefined)
        ))
}

laws(ppo, [gradVac(), famo()])
laws(small, [gradVac(), famo()])
laws(promp, [gradVac()])

const refusal = <C>(algorithm: Algorithm<C>, aggregator: Aggregator, count = 2) => {
  const policy = right(algorithm.makePolicy(cartPole, { layers: 1, width: 8, activation: "tanh", taskOneHot: false }))
  const tasks = twoPoles.tasks.slice(0, count)
  const problem = { ...problemOf(cartPole, { tasks }), policy, aggregator, stepsPerTask: 256 }
  const checked = algorithm.check?.(algorithm.defaults, problem) ?? E.right(undefined)
  return E.isLeft(checked) ? checked.left.message : ""
}

test("a combination is refused where there is one loss", () => {
  for (const found of [refusal(ppo, mgda, 1), refusal(sac, mgda, 1), refusal(promp, mgda, 1)])
    assert.match(found, /aggregator.*one task, which has one loss.*got mgda/)
})

test("a meta-learner refuses what goes by losses, and a second way to weigh tasks", () => {
  assert.match(refusal(promp, uncertainty()), /aggregator one by gradients.*got uncertainty/)
  const robust = { ...promp, defaults: { ...promp.defaults, outer: { ...promp.defaults.outer, robust: 0.1 } } }
  assert.match(refusal(robust, pcgrad), /outer.robust/)
})
