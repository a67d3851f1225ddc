import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect, Layer } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { erased } from "../../../algorithms/erased.ts"
import { ppo } from "../../../algorithms/mod.ts"
import { settingOf } from "../../../algorithms/policygradex/spec.ts"
import type { RunConfig } from "../../../core/pipeline/config.ts"
import { named } from "../../../plugins/config/mod.ts"
import { known } from "../../../plugins/known.ts"
import { tiny } from "../../pipeline/support.ts"

const picky = (id: string, tag: "Discrete" | "Box") => erased({ ...ppo, id, supports: (action) => action._tag === tag })

const all = { ...known, algorithms: [...known.algorithms, picky("symbols", "Discrete"), picky("vectors", "Box")] }

const refusal = (family: string, id: string, options?: RunConfig["algorithm"]["options"]): string => {
  const algorithm = { ...tiny.algorithm, id, ...(options === undefined ? {} : { options }) }
  const config = named({ ...tiny, family: { ...tiny.family, id: family }, algorithm }, all)
  return E.isLeft(config) ? config.left.message : "accepted"
}

test("a learner that the family's actions do not suit is refused, with those that they do suit", () => {
  assert.match(
    refusal("pendulum-length", "symbols"),
    /use algorithm\.id: want a learner for the continuous actions of pendulum-length \(ppo, sac, .*vectors\), got "symbols"/
  )
  assert.match(
    refusal("cartpole-length", "vectors"),
    /want a learner for the 2 discrete actions of cartpole-length \(ppo, sac, .*symbols\), got "vectors"; set algorithm\.id/
  )
  assert.equal(refusal("cartpole-length", "symbols"), "accepted")
  assert.equal(refusal("pendulum-length", "vectors"), "accepted")
})

test("a script that does not ask named() is refused as well", async () => {
  const spec = {
    environment: "Pendulum-v1",
    algorithm: "symbols",
    algorithmConfig: ppo.defaults,
    network: tiny.network,
    taskIds: ["only"],
    vector: 1,
    stepsPerTask: 8,
    episodes: 1
  }
  const error = await Effect.runPromise(Effect.flip(settingOf(spec, all)).pipe(Effect.provide(Layer.empty)))
  assert.match(error.message, /want algorithm a learner for the continuous actions of Pendulum-v1 \(ppo, sac/)
})

test("settings that a learner does not have, or values that it does not take, are refused by their key", () => {
  const sac = (options: RunConfig["algorithm"]["options"]) => refusal("pendulum-length", "sac", options)
  assert.match(
    sac({ learningrate: 1e-3 }),
    /algorithm\.options\.learningrate: want a setting of sac, .*did you mean learningRate\?/
  )
  assert.match(sac({ tau: 2 }), /algorithm\.options\.tau: want a value between 0 and 1, got 2/)
  assert.equal(sac({ tau: 0.5, temperature: 0.2 }), "accepted")
  assert.match(
    refusal("pendulum-length", "ppo", { clip: 0.1 }),
    /algorithm\.options: want none with ppo, got \{"clip":0\.1\}; set algorithm\.ppo/
  )
})
