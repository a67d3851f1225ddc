/** One policy that is told its task: it starts as θ★, on whatever learner has a way to widen it. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { architectures } from "../../../algorithms/internal.ts"
import {
  type Algorithm,
  evaluator,
  type Fixed,
  fomaml,
  type Policy,
  ppo,
  sac,
  untyped
} from "../../../algorithms/mod.ts"
import { child, zeroKey } from "../../../core/random/mod.ts"
import { Workers } from "../../../pipeline/jobs/job.ts"
import { settingOf, type TrainingSpec } from "../../../pipeline/jobs/spec.ts"
import { trainAll } from "../../../pipeline/jobs/training_job.ts"
import { toldPolicy, toldSpecBy, toldStart } from "../../../pipeline/stages/told.ts"
import { catalog } from "../../../plugins/loading/catalog/mod.ts"
import { inSession, right } from "../../algorithms/support.ts"

const family = catalog.registry.families.find((f) => f.id === "pendulum-length") ?? assert.fail("no family")
const { tasks } = right(family.tasks({ n: 3 }))

const specOf = (algorithm: Pick<Algorithm<unknown>, "id" | "defaults">, change: object = {}): TrainingSpec => ({
  environment: family.environment.id,
  algorithm: algorithm.id,
  algorithmConfig: { ...(algorithm.defaults as object), ...change },
  network: {
    layers: 2,
    width: 16,
    activation: "tanh",
    taskOneHot: false,
    normalise: { observation: true, reward: true }
  },
  taskIds: tasks.map((t) => t.id),
  environmentsPerTask: 2,
  stepsPerTask: 64,
  episodes: 3
})

const here = <A, Err>(effect: Effect.Effect<A, Err, Workers>) =>
  inSession(Effect.provide(effect, Workers.here(catalog)))

for (const [algorithm, change] of [
  [untyped(ppo), {}],
  [untyped(sac), { learningStarts: 20, batch: 16 }]
] as const)
  test(`a policy that is told its task starts ${algorithm.id} with the very returns of θ★, and learns from there`, async () => {
    const spec = specOf(algorithm, change)
    const setting = await Effect.runPromise(settingOf(spec, catalog))
    const key = child(zeroKey, "told")
    const [meta] = await here(trainAll(spec, [{ tasks, iterations: 2, key }]))
    const { policy, value, moments } = meta ?? assert.fail("no θ★")
    const at = { policy, value, ...(moments === undefined ? {} : { moments }) }
    const start = right(E.mapLeft((message: string) => ({ message }))(toldStart(setting, spec.taskIds, undefined, at)))
    const policyTold = right(toldPolicy(setting, spec.taskIds, undefined))
    const returns = (acting: Policy, theta: Fixed) => {
      const problem = { environment: family.environment, tasks, policy: acting, environmentsPerTask: 2 }
      const how = { episodes: 4, actions: "sample" } as const
      return inSession(Effect.flatMap(evaluator(problem), (play) => play(theta.policy, how, key, theta.moments)))
    }
    assert.deepEqual(await returns(policyTold, start), await returns(setting.policy, at))
    const [b] = await here(trainAll(spec, [{ tasks, iterations: 1, key, start, told: true }]))
    assert.ok(b !== undefined)
    assert.equal(b.policy.length - policy.length, 3 * 16)
    const grown = Array.from({ length: 16 }, (_, row) => Array.from(b.policy.subarray(row * 6 + 3, row * 6 + 6))).flat()
    assert.ok(grown.some((w) => w !== 0))
  })

test("a run that tells every policy its task, a meta-learner's, and one of a learner that cannot widen say why not", async () => {
  const at = { policy: new Float64Array(0), value: new Float64Array(0) }
  const why = async (spec: TrainingSpec, change: Partial<Algorithm<unknown>> = {}) => {
    const setting = await Effect.runPromise(settingOf(spec, catalog))
    const found = toldStart({ ...setting, algorithm: { ...setting.algorithm, ...change } }, spec.taskIds, undefined, at)
    return E.isLeft(found) ? found.left : "a start"
  }
  const spec = specOf(untyped(ppo))
  const told = { ...spec, network: { ...spec.network, taskOneHot: true } }
  assert.equal(await why(told), "every policy of this run is told its task")
  const plain = { ...specOf(untyped(fomaml)), network: { ...spec.network, normalise: undefined } }
  assert.equal(await why(plain), "policies of fomaml adapt to their task instead")
})

test("every architecture has a policy told its task of about as many parameters as one that is not", async () => {
  const plain = specOf(untyped(fomaml))
  const spec = { ...plain, network: { ...plain.network, width: 64, options: { layerNorm: true } } }
  const setting = await Effect.runPromise(settingOf(spec, catalog))
  for (const { id } of architectures) {
    const own = right(toldSpecBy(id, spec, setting, undefined))
    const { policy } = await Effect.runPromise(settingOf(own, catalog))
    assert.deepEqual([policy.network.id, policy.taskIds], [id, spec.taskIds])
    assert.ok(Math.abs(policy.size / setting.policy.size - 1) < 0.1, `${id}: ${policy.size}`)
  }
})
