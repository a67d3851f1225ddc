/** What a run of ours observed, handed over as files, gives that run's groups. */
import assert from "node:assert/strict"
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { Effect, Schema } from "effect"
import { child, key } from "../../../core/random/mod.ts"
import { catalog, experiment, groupFrom, type Settings } from "../../../mod.ts"
import { RunConfig } from "../../../pipeline/internal.ts"
import { intend } from "../../../pipeline/mod.ts"
import { ownAdvantages, taskAdvantages } from "../../../pipeline/stages/surrogate/observe.ts"
import { metaPolicy } from "../../../plugins/runs/meta_policy.ts"
import { readRun } from "../../../plugins/runs/store/mod.ts"
import * as wasm from "../../../plugins/sessions/wasm/mod.ts"
import { right } from "../../algorithms/support.ts"
import { npz } from "../../plugins/exchange/npz.ts"

const settings = {
  preset: "quick",
  seed: 3,
  session: "wasm",
  workers: 1,
  family: { id: "cartpole-mirrored", n: 6 },
  network: { layers: 2, width: 16 },
  meta: { iterations: 4, stepsPerTask: 128, vector: 8 },
  surrogate: { transitionsPerTask: 1024 },
  truth: { subsets: 0 },
  firstOrder: { directions: 2, distances: [0.001, 0.01] },
  groupTraining: { iterations: 2, seeds: 1, randomDraws: 1, exhaustiveUpTo: 0 },
  evaluation: { episodes: 1 }
} as const satisfies Settings

test("groups, worth, matrices and the first-order check are those of the run that observed the same rows, bit for bit", async () => {
  const folder = mkdtempSync(join(tmpdir(), "pgex-given-"))
  try {
    const out = join(folder, "run")
    const own = await Effect.runPromise(experiment(settings, { out, quiet: true }))
    const observed = await Effect.runPromise(
      Effect.gen(function* () {
        const { store, run } = yield* readRun(out)
        assert.equal(run.seed, settings.seed)
        const config = Schema.decodeUnknownSync(RunConfig)(own.receipts.config)
        const { setting, tasks } = yield* intend(config, catalog)
        const at = yield* metaPolicy(store, catalog, setting)
        const problem = {
          setting,
          tasks,
          at,
          config: { ...config.surrogate, normaliseAdvantages: false, gamma: 0.99, lambda: 0.95 },
          key: child(right(key(settings.seed)), "surrogate")
        }
        return yield* Effect.forEach(yield* taskAdvantages(problem), ({ transitions }) =>
          Effect.map(ownAdvantages(transitions, 0.99, 0.95, setting.policy), (advantage) => ({
            transitions,
            advantage
          }))
        )
      }).pipe(Effect.provide(wasm.layer()))
    )
    const data = join(folder, "observed.npz")
    const columns = observed.map(({ transitions: t, advantage }) => ({
      observation: [...t.observation],
      action: [...t.action],
      task: new Array<number>(t.count).fill(0),
      environment: Array.from({ length: t.count }, (_, row) => row % t.environments),
      advantage: [...advantage],
      reward: [...t.reward],
      terminated: [...t.terminated],
      truncated: [...t.truncated],
      logProb: [...t.logProb]
    }))
    const all = (name: keyof (typeof columns)[number]) => Float64Array.from(columns.flatMap((c) => c[name]))
    const count = columns.reduce((n, c) => n + c.reward.length, 0)
    writeFileSync(
      data,
      npz({
        observation: [Float32Array.from(all("observation")), [count, 4]],
        action: [all("action"), [count]],
        task: [
          Int32Array.from(observed.flatMap(({ transitions: t }, i) => new Array<number>(t.count).fill(i))),
          [count]
        ],
        environment: [Int32Array.from(all("environment")), [count]],
        advantage: [all("advantage"), [count]],
        reward: [all("reward"), [count]],
        terminated: [Uint8Array.from(all("terminated")), [count]],
        truncated: [Uint8Array.from(all("truncated")), [count]],
        log_prob: [all("logProb"), [count]]
      })
    )
    const [policy] = readdirSync(join(out, "meta-training")).filter((name) => /^policy\..*safetensors$/.test(name))
    const { family: _, preset, ...same } = settings
    const given = await Effect.runPromise(
      groupFrom(
        { data, policy: join(out, "meta-training", policy ?? ""), maxEpisodeSteps: 500 },
        { ...same, preset },
        { quiet: true }
      )
    )
    assert.deepEqual(given.grouping.labels, own.grouping.labels)
    assert.deepEqual(
      given.affinities.map((a) => [a.id, a.matrix]),
      own.affinities.map((a) => [a.id, a.matrix])
    )
    assert.deepEqual(given.prediction, own.prediction)
    assert.deepEqual(given.firstOrder, own.firstOrder)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
