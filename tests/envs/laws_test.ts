import assert from "node:assert/strict"
import { test } from "node:test"
import * as Either from "fp-ts/lib/Either.js"
import { cartPole } from "../../envs/cartpole/cartpole.ts"
import type { Environment } from "../../envs/env.ts"
import { environmentLaws, familyLaws } from "../../envs/laws/law.ts"
import { standard } from "../../envs/standard.ts"

for (const env of standard.environments)
  for (const law of environmentLaws(env)) test(`${env.id}: ${law.name}`, () => assert.equal(law.check(), undefined))

for (const family of standard.families)
  for (const law of familyLaws(family)) test(`${family.id}: ${law.name}`, () => assert.equal(law.check(), undefined))

const broken = (env: Environment): readonly string[] =>
  environmentLaws(env)
    .filter((law) => law.check() !== undefined)
    .map((law) => law.name)

test("the laws catch an environment that drops its seed", () => {
  const make: Environment["make"] = (params) =>
    Either.map((d: ReturnType<typeof dynamicsOf>) => ({
      ...d,
      reset: (s: Float64Array, at: number) => s.fill(0.01, at, at + 4)
    }))(cartPole.make(params))
  assert.ok(broken({ ...cartPole, make }).includes("another key changes the trajectory"))
})

test("the laws catch an environment that keeps state outside its array", () => {
  const make: Environment["make"] = (params) =>
    Either.map((d: ReturnType<typeof dynamicsOf>) => {
      let steps = 0
      const step: typeof d.step = (state, at, action, stream, outcome) => {
        d.step(state, at, action, stream, outcome)
        outcome.reward = ++steps
      }
      return { ...d, step }
    })(cartPole.make(params))
  const found = broken({ ...cartPole, make })
  assert.ok(found.some((name) => name.startsWith("all state is in the state array")))
})

test("the laws catch an environment that ignores a parameter or its range", () => {
  assert.ok(
    broken({ ...cartPole, make: () => cartPole.make({}) }).some((name) => name.startsWith("each parameter is honoured"))
  )
})

const dynamicsOf = () => Either.getOrElseW(() => assert.fail("no dynamics"))(cartPole.make({}))
