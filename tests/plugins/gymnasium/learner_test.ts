import assert from "node:assert/strict"
import { after, test } from "node:test"
import { Effect, Layer } from "effect"
import { evaluator, ppo } from "../../../algorithms/mod.ts"
import { child, zeroKey } from "../../../core/random/mod.ts"
import { cartPole } from "../../../envs/mod.ts"
import { mainJob } from "../../../pipeline/mod.ts"
import { familyOf } from "../../../plugins/gymnasium/family.ts"
import { catalog } from "../../../plugins/loading/catalog/mod.ts"
import { silentProgress } from "../../../plugins/runs/progress.ts"
import { runJob } from "../../../plugins/runs/run_job.ts"
import { memoryStore } from "../../../plugins/runs/store/mod.ts"
import { inSession, problemOf, train } from "../../algorithms/support.ts"
import { artefact, tiny } from "../../pipeline/job/support.ts"
import { withKinds } from "../sessions/support.ts"
import { bridge, odd, right, skip } from "./support.ts"

const source = bridge()
after(() => source.close())
const cart = () => right(source.environment("gymnasium:CartPole-v1"))
const size = { environmentsPerTask: 4, stepsPerTask: 128 }

test(
  "PPO on gymnasium:CartPole-v1 learns to the bit what it learns natively, and may be saved on the way",
  { skip },
  () =>
    inSession(
      Effect.gen(function* () {
        const trained = Effect.fnUntraced(function* (environment: typeof cartPole) {
          const problem = problemOf(environment, size)
          const learner = yield* ppo.learner(ppo.defaults, problem)
          const state = yield* train(learner, yield* learner.init(zeroKey), 4)
          const evaluate = yield* evaluator(problem)
          const how = { episodes: 5, actions: "mode" } as const
          return { learner, state, scores: yield* evaluate(state.policy, how, child(zeroKey, 1)) }
        })
        const [native, bridged] = [yield* trained(cartPole), yield* trained(cart())]
        assert.deepEqual(bridged.state.policy, native.state.policy)
        assert.deepEqual(bridged.state.value, native.state.value)
        assert.deepEqual(bridged.scores, native.scores)
        const half = yield* train(bridged.learner, yield* bridged.learner.init(zeroKey), 2)
        const again = yield* ppo.learner(ppo.defaults, problemOf(cart(), size))
        const taken = right(again.load(bridged.learner.save(half)))
        assert.deepEqual(yield* train(again, taken, 2), bridged.state)
      })
    )
)

test("evaluator() tells which episodes succeeded, where the environment tells", { skip }, () =>
  inSession(
    Effect.gen(function* () {
      const how = { episodes: 5, actions: "mode" } as const
      const of = Effect.fnUntraced(function* (environment: typeof cartPole) {
        const problem = problemOf(environment, size)
        const [only] = yield* (yield* evaluator(problem))(problem.policy.init(zeroKey), how, zeroKey)
        return only
      })
      // Succeeds at its fourth step, which is its last.
      assert.deepEqual((yield* of(odd(source, "Counting")))?.successes, [true, true, true, true, true])
      assert.equal((yield* of(cart()))?.successes, undefined)
    })
  )
)

test("a learner fails with the process's reason when it dies under it", { skip }, () =>
  inSession(
    Effect.gen(function* () {
      const environment = odd(source, "Manners", "?manner=dies")
      const tasks = [{ id: "armed", params: { armed: true } }]
      const learner = yield* ppo.learner(ppo.defaults, problemOf(environment, { ...size, tasks }))
      const error = yield* Effect.flip(learner.iterate(yield* learner.init(zeroKey)))
      assert.equal(error._tag, "ProcessError")
      assert.match(error.message, /Cannot run gymnasium:oddities.*its end.*last words/s)
    })
  )
)

test("the main job on Gymnasium's CartPole gives the native one's numbers, whatever the workers", {
  skip
}, async () => {
  const job = async (id: string, families: readonly ReturnType<typeof familyOf>[], workers: number) => {
    const memory = memoryStore("tiny")
    const config = {
      ...tiny,
      workers,
      family: { id, n: 3, options: { parameter: "gravity", values: "3,9.8,30" } },
      surrogate: { ...tiny.surrogate, transitionsPerTask: 128, dimension: 20, subsetSize: 2 },
      truth: { ...tiny.truth, subsets: 2, iterations: 1, repeats: 1 },
      groupTraining: { ...tiny.groupTraining, iterations: 1, seeds: 1 },
      evaluation: { ...tiny.evaluation, episodes: 2 }
    }
    const own = { ...catalog, registry: { ...catalog.registry, families, sources: [source] } }
    await runJob(mainJob(own), { config, command: "pgex run" }).pipe(
      Effect.provide(Layer.merge(memory.layer, silentProgress)),
      withKinds({}),
      Effect.runPromise
    )
    return ["grouping/groups", "first-order/table"].map((stem) =>
      new TextDecoder().decode(artefact(memory.files, stem))
    )
  }
  const native = await job("CartPole-v1", [familyOf(cartPole)], 1)
  assert.deepEqual(await job("gymnasium:CartPole-v1", [], 2), native)
})
