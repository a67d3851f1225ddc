/** What a later stage would refuse is refused before the first one begins, whichever learner trains. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect, Exit, Layer } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { type Algorithm, ppo, untyped } from "../../algorithms/mod.ts"
import { cannot } from "../../core/failure/mod.ts"
import { Progress } from "../../core/service/progress.ts"
import type { RunConfig } from "../../pipeline/config.ts"
import { mainJob } from "../../pipeline/mod.ts"
import { intend } from "../../pipeline/plan.ts"
import { catalog } from "../../plugins/loading/catalog/mod.ts"
import { runJob } from "../../plugins/runs/run_job.ts"
import { memoryStore } from "../../plugins/runs/store/mod.ts"
import { configOf } from "./job/kills.ts"
import { smallest } from "./job/support.ts"

/** The job's refusal; nothing may have been begun, nor kept. */
const refusal = async (config: RunConfig): Promise<string> => {
  const memory = memoryStore()
  const begun: string[] = []
  const progress = Layer.succeed(Progress)({
    report: ({ stage }) => Effect.sync(() => void begun.push(stage)),
    say: () => Effect.void
  })
  const job = runJob(mainJob(catalog), { config, command: "pgex run" })
  const exit = await Effect.runPromiseExit(Effect.provide(Effect.flip(job), Layer.merge(memory.layer, progress)))
  assert.deepEqual(begun, [])
  assert.deepEqual([...memory.files.keys()], [])
  return Exit.isSuccess(exit) ? exit.value.message : assert.fail(String(exit))
}

const learners = catalog.algorithms.map((a) => a.id)
const sac = (settings: object) => ({ id: "sac", sac: { learningStarts: 20, batch: 16, ...settings } })

test("there are eleven learners", () => assert.equal(learners.length, 11))

for (const id of learners)
  test(`steps that environments cannot share are refused before ${id} trains anything, in every stage`, async () => {
    const config = configOf(id)
    for (const [other, what] of [
      [
        { ...config, meta: { ...config.meta, stepsPerTask: 65 } },
        /^Cannot train all 4 tasks \(.*meta\.stepsPerTask 65\)/
      ],
      [
        { ...config, truth: { ...config.truth, stepsPerTask: 33 } },
        /^Cannot train a subset of 2 tasks \(truth\.iterations 2, truth\.stepsPerTask 33\): want stepsPerTask a multiple/
      ]
    ] as const)
      assert.match(await refusal(other), what)
  })

for (const [what, change, sentence] of [
  [
    "a training of a subset that ends before its first update",
    { algorithm: sac({ learningStarts: 64 }) },
    /^Cannot train a subset of 2 tasks \(.*\): want learningStarts below the 64 steps of the whole training, got 64$/
  ],
  [
    "a training of a group that ends before its first update",
    { algorithm: sac({ learningStarts: 128 }), truth: { ...smallest.truth, subsets: 0 } },
    /^Cannot train a group of one task \(groupTraining\.iterations 2, meta\.stepsPerTask 64\): want learningStarts below the 128/
  ],
  [
    "a replay too small for the batch of all tasks",
    { algorithm: sac({ replay: 15 }) },
    /^Cannot train all 4 tasks \(.*\): want batch at most the 8 transitions of the replay, got 16$/
  ],
  [
    "rewards normalised for a meta-learner",
    { algorithm: { id: "reptile" }, normalise: { observation: false, reward: true } },
    /^Cannot train all 4 tasks \(.*\): want normalise\.reward false with a meta-learner/
  ],
  [
    "settings of a learner that do not go together",
    { algorithm: { id: "promp", promp: { outer: { learner: "policyGradient" } } } },
    /want outer\.epochs 1 without a clipped ratio/
  ],
  [
    "a price of groups with a method that has none",
    { grouping: { ...smallest.grouping, method: "spectral", k: 2, lambda: 1 } },
    /^Cannot group by lambda: want k with the method spectral, got 1; only sdp has a price$/
  ],
  [
    "a decision by trainings between groups that are not predicted to be worth anything",
    {
      grouping: { ...smallest.grouping, method: "spectral", k: 2 },
      truth: { ...smallest.truth, mode: "decide" }
    },
    /^Cannot decide by trainings: want grouping\.method worth, got spectral; set truth\.mode sample, or group by worth$/
  ],
  [
    "a decision by trainings where no groups are trained",
    { use: "select", truth: { ...smallest.truth, mode: "decide" } },
    /^Cannot decide by trainings: want use group, got select; set truth\.mode sample/
  ],
  [
    "more measurements of curvature than a training has places for",
    { meta: { ...smallest.meta, iterations: 2 }, curvature: { ...smallest.curvature, checkpoints: 4 } },
    /^Cannot measure curvature over a training: want curvature\.checkpoints of at most 3, one more than meta\.iterations, got 4$/
  ],
  [
    "more subsets than can be listed",
    { family: { id: "lq-planted", n: 60, options: {} }, surrogate: { ...smallest.surrogate, subsetSize: 20 } },
    /^Cannot draw subsets: want count at most 1000000 for "all", got \d+; ask for a number of random ones/
  ],
  [
    "subsets of one task",
    { surrogate: { ...smallest.surrogate, subsetSize: 1 } },
    /^Cannot draw subsets: want size a whole number in 2…4/
  ]
] as const)
  test(`${what}: refused before anything is computed`, async () => {
    assert.match(await refusal({ ...smallest, ...change }), sentence)
  })

test("each task is trained alone, also where one group is asked for, and that is foreseen", async () => {
  const config = { ...smallest, algorithm: sac({ learningStarts: 200 }), grouping: { ...smallest.grouping, k: 1 } }
  const truth = { ...config.truth, subsets: 0 }
  const groupTraining = { ...config.groupTraining, budget: "steps" as const }
  assert.match(await refusal({ ...config, truth, groupTraining }), /^Cannot train a group of one task .*learningStarts/)
})

test("a policy that is told its task is foreseen like every other training", async () => {
  const picky: Algorithm<unknown> = {
    ...untyped(ppo),
    id: "picky",
    check: (_, { policy }) =>
      policy.taskIds.length === 0 ? E.right(undefined) : cannot("train", "policy one that is told nothing", "one")
  }
  const all = { ...catalog, algorithms: [picky] }
  const refused = await Effect.runPromise(Effect.flip(intend({ ...smallest, algorithm: { id: "picky" } }, all)))
  assert.match(refused.message, /^Cannot train one policy told its task \(groupTraining\.iterations 2/)
})
