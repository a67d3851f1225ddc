import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect, Layer } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { ppo, sac } from "../../../algorithms/mod.ts"
import { untyped } from "../../../algorithms/untyped.ts"
import type { RunConfig } from "../../../pipeline/config.ts"
import { settingOf } from "../../../pipeline/jobs/spec.ts"
import { named } from "../../../plugins/config/mod.ts"
import { catalog } from "../../../plugins/loading/catalog/mod.ts"
import { tiny } from "../../pipeline/job/support.ts"

const picky = (id: string, tag: "Discrete" | "Box") =>
  untyped({ ...ppo, id, supports: (action) => action._tag === tag })

const all = { ...catalog, algorithms: [...catalog.algorithms, picky("symbols", "Discrete"), picky("vectors", "Box")] }

const asked = (family: string, algorithm: RunConfig["algorithm"]) =>
  named({ ...tiny, family: { ...tiny.family, id: family }, algorithm }, all)

const refusal = (family: string, id: string, settings: Readonly<Record<string, unknown>> = {}): string => {
  const config = asked(family, { id, ...settings })
  return E.isLeft(config) ? config.left.message : "accepted"
}

test("a learner that the family's actions do not suit is refused, with those that they do suit", () => {
  assert.match(
    refusal("pendulum-length", "symbols"),
    /use algorithm\.id: want a learner for the continuous actions of pendulum-length \(ppo, sac, .* and \d+ more\), got "symbols"/
  )
  assert.match(
    refusal("cartpole-length", "vectors"),
    /want a learner for the 2 discrete actions of cartpole-length \(ppo, sac, .* and \d+ more\), got "vectors"; set algorithm\.id/
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
    environmentsPerTask: 1,
    stepsPerTask: 8,
    episodes: 1
  }
  const error = await Effect.runPromise(Effect.flip(settingOf(spec, all)).pipe(Effect.provide(Layer.empty)))
  assert.match(error.message, /want algorithm a learner for the continuous actions of Pendulum-v1 \(ppo, sac/)
})

test("settings that a learner does not have, or values that it does not take, are refused by their key", () => {
  const ofSac = (settings: unknown) => refusal("pendulum-length", "sac", { sac: settings })
  assert.match(
    ofSac({ learningrate: 1e-3 }),
    /algorithm\.sac\.learningrate: want a setting of sac, .*did you mean learningRate\?/
  )
  assert.match(ofSac({ tau: 2 }), /algorithm\.sac\.tau: want a value between 0 and 1, got 2/)
  assert.equal(ofSac({ tau: 0.5, temperature: 0.2 }), "accepted")
  // Of learners that do not train, too.
  assert.match(refusal("pendulum-length", "sac", { ppo: { clip: "no" } }), /algorithm\.ppo\.clip: want .*, got "no"/)
  assert.match(refusal("pendulum-length", "sac", { pop: {} }), /algorithm\.pop: want a learner \(ppo, .*mean ppo\?/)
})

test("the configuration has all settings of the learner that trains, and no other's", () => {
  const config = asked("pendulum-length", { id: "sac", sac: { batch: 32 }, ppo: { clip: 0.1 } })
  if (E.isLeft(config)) return assert.fail(config.left.message)
  assert.deepEqual(config.right.algorithm, { id: "sac", sac: { ...sac.defaults, batch: 32 } })
})

test("a combination of gradients that there is none of is refused with the nearest name, and so are settings that it does not take", () => {
  const refused = (id: string, options: Readonly<Record<string, unknown>> = {}): string => {
    const config = named({ ...tiny, aggregator: { id, options } }, catalog)
    return E.isLeft(config) ? config.left.message : "accepted"
  }
  assert.match(refused("pcgrd"), /use aggregator\.id: want a combination of .*got "pcgrd"; did you mean pcgrad\?/)
  assert.match(refused("famo", { learningrate: 1 }), /want a setting of famo, .*did you mean learningRate\?/)
  assert.match(refused("cagrad", { c: -1 }), /use aggregator\.options\.c: want a value between 0 and 100, got -1/)
  assert.match(refused("mgda", { c: 1 }), /none: mgda has no settings, got "c"/)
  assert.match(refused("off", { c: 1 }), /none with aggregator.id off, got "c".*aggregator.id: mean, /)
  assert.equal(refused("cagrad", { c: 0.4 }), "accepted")
})
