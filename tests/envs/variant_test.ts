import assert from "node:assert/strict"
import { test } from "node:test"
import * as Either from "fp-ts/lib/Either.js"
import { zeroKey } from "../../core/random/mod.ts"
import { lunarLander, lunarLanderContinuous } from "../../envs/lunar_lander/lunar_lander.ts"
import { replay } from "../../envs/replay.ts"
import { taskBatch } from "../../envs/task_batch.ts"
import { variantOf } from "../../envs/variant.ts"
import { clipAction } from "../../envs/wrappers/mod.ts"

test("variantOf() is the environment itself unless a parameter changes its spaces", () => {
  assert.equal(variantOf(lunarLander, {}), lunarLander)
  assert.equal(variantOf(lunarLander, { continuous: false, gravity: -5 }), lunarLander)
  assert.equal(variantOf(lunarLander, { continuous: true }), lunarLanderContinuous)
  assert.equal(variantOf(lunarLanderContinuous, { continuous: false }), lunarLander)
})

test("a batch refuses parameters that change the spaces, and says which environment has them", () => {
  const tasks = [
    { id: "a", params: {} },
    { id: "b", params: { continuous: true } }
  ]
  const refused = taskBatch(lunarLander, tasks, 2, zeroKey)
  assert.ok(Either.isLeft(refused) && refused.left._tag === "ParameterError")
  assert.equal(refused.left.parameter, "continuous")
  assert.equal(
    refused.left.message,
    'Cannot set parameter "continuous" of LunarLander-v3 in a task or a batch: want the spaces it has, got true; take LunarLanderContinuous-v3'
  )
})

test("values of the wrong type are refused as such, not taken for a variant", () => {
  const refused = replay(lunarLander, { continuous: "true" }, zeroKey, [])
  assert.ok(Either.isLeft(refused) && refused.left._tag === "ParameterError")
  assert.equal(refused.left.want, "true or false")
})

test("a wrapped environment refuses variants: whoever wants one wraps it", () => {
  const refused = replay(clipAction(lunarLanderContinuous), { continuous: false }, zeroKey, [])
  assert.ok(Either.isLeft(refused) && refused.left._tag === "ParameterError")
  assert.match(refused.left.message, /take LunarLander-v3$/)
})
