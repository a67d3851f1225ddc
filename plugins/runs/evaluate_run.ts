/** What the policies of a finished run are worth: whole episodes of every task, with statistics. */

import { Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { pipe } from "fp-ts/lib/function.js"
import { evaluator, loadPolicy } from "../../algorithms/internal.ts"
import type { Evaluation, LoadedPolicy } from "../../algorithms/mod.ts"
import { type ArgumentError, argumentError } from "../../core/failure/mod.ts"
import { child, type Key, stream } from "../../core/random/mod.ts"
import { otherVersion } from "../../core/service/file_error.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { type RunStoreService, runStoreError } from "../../core/service/run_store.ts"
import {
  aggregateInterquartileMean,
  type Interval,
  mean,
  type Scores,
  stratifiedInterval
} from "../../core/stat/mod.ts"
import { suggestion } from "../../core/text/choices.ts"
import { pathWord } from "../../core/text/command.ts"
import { type Environment, findEnvironment } from "../../envs/mod.ts"
import type { Catalog } from "../../pipeline/mod.ts"
import { readSafetensors } from "./store/mod.ts"

/** A group's policy of one training seed, with where it is kept. */
export interface RunPolicy extends LoadedPolicy {
  /** Counted from 1, as reports do. */
  readonly group: number
  readonly seed: number
  readonly path: string
}

const stage = "group-training"
const kept = /^policy-group-(\d+)-seed-(\d+)$/

/**
 * The policies that a finished run keeps, by group and seed.
 *
 * - Errors: `RunStoreError` where the run stopped before its groups were trained or a file is damaged,
 *   `ArgumentError` for one of another architecture or version.
 */
export const policiesOfRun = Effect.fn("run.policies")(function* (store: RunStoreService, catalog: Catalog) {
  const policies: RunPolicy[] = []
  for (const artefact of yield* store.artefacts) {
    const [, group, seed] = (artefact.stage === stage ? kept.exec(artefact.name) : null) ?? []
    if (group === undefined) continue
    const loaded = pipe(
      readSafetensors(yield* store.bytes(artefact), artefact.path),
      E.chainW((file) => loadPolicy(file, catalog.algorithms, undefined, catalog.architectures))
    )
    policies.push({ ...(yield* fromEither(loaded)), group: Number(group), seed: Number(seed), path: artefact.path })
  }
  if (policies.length > 0) return policies.sort((a, b) => a.group - b.group || a.seed - b.seed)
  return yield* Effect.fail(
    runStoreError({
      reason: "missing",
      path: `${store.directory}/${stage}`,
      want: "the policies of a finished run",
      got: "none: it stopped before its groups were trained, trains none (pgex group), selects (--adapt shows its θ★), or is of an older version",
      fix: `pgex run --resume --out ${pathWord(store.directory)} goes on with it`
    })
  )
})

/** How to evaluate. */
export interface RunEvaluationOptions {
  /** A policy and task. */
  readonly episodes: number
  /** The most probable action, or one drawn from the policy. */
  readonly actions: "mode" | "sample"
  /** Of these tasks only; of all by default. */
  readonly tasks?: readonly string[]
  /** Confidence of the intervals; 0.95 by default. */
  readonly level?: number
}

/** One task under its group's policies. */
export interface TaskWorth {
  readonly task: string
  readonly group: number
  /** Policies, one a training seed. */
  readonly seeds: number
  readonly episodes: number
  readonly meanReturn: number
  /** Interquartile mean over all episodes; its interval draws episodes anew among those of the same policy. */
  readonly interquartileMean: Interval
  readonly meanLength: number
  /** Fraction of episodes that succeeded, where the environment tells. */
  readonly successRate?: number
  /** Mean return by seed. */
  readonly returnBySeed: readonly number[]
}

/** All tasks of a run. */
export interface RunWorth {
  readonly environment: string
  readonly actions: RunEvaluationOptions["actions"]
  readonly tasks: readonly TaskWorth[]
  /** Over seeds and tasks, of each seed's mean return; its interval draws seeds anew within their task. */
  readonly interquartileMean: Interval
  readonly successRate?: number
}

/** Environments side by side a task. */
const together = 8

/**
 * Plays every task under the policies of its group.
 *
 * - Errors: `ArgumentError` for a task that the run has none of, or where the environment is of another version than the
 *   policy's, `ArgumentError` for returns that are not finite, and those of `evaluator`.
 */
export const evaluateRun = Effect.fn("run.evaluate")(function* (
  policies: readonly RunPolicy[],
  { registry }: Catalog,
  { episodes, actions, tasks: asked, level = 0.95 }: RunEvaluationOptions,
  key: Key
) {
  const there = [...new Set(policies.flatMap((p) => p.tasks.map((t) => t.id)))]
  const unknown = asked?.find((id) => !there.includes(id))
  if (unknown !== undefined) {
    const fix = suggestion(unknown, there)
    return yield* Effect.fail(argumentError({ doing: "evaluate", want: "a task of the run", got: unknown, fix }))
  }
  const found: { readonly policy: RunPolicy; readonly evaluation: Evaluation }[] = []
  for (const policy of policies) {
    const environment = yield* environmentOf(policy, registry)
    const tasks = policy.tasks.filter((t) => asked?.includes(t.id) ?? true)
    if (tasks.length === 0) continue
    const problem = { environment, tasks, policy: policy.policy, environmentsPerTask: Math.min(together, episodes) }
    const played = yield* Effect.scoped(
      Effect.flatMap(evaluator(problem), (evaluate) =>
        evaluate(policy.theta, { episodes, actions }, child(key, "evaluate", policy.seed), policy.moments)
      )
    )
    found.push(...played.map((evaluation) => ({ policy, evaluation })))
  }
  const draws = stream(child(key, "bootstrap"))
  const interval = (scores: Scores) =>
    fromEither(stratifiedInterval(scores, aggregateInterquartileMean, { level, stream: draws }))
  const worth: TaskWorth[] = []
  for (const task of there) {
    const mine = found.filter((f) => f.evaluation.task === task)
    const [first] = mine
    if (first === undefined) continue
    const seeds = mine.map((f) => f.evaluation)
    const returns = seeds.flatMap((e) => e.returns)
    worth.push({
      task,
      group: first.policy.group,
      seeds: seeds.length,
      episodes: returns.length,
      meanReturn: mean(returns),
      interquartileMean: yield* interval(seeds.map((e) => e.returns)),
      meanLength: mean(seeds.flatMap((e) => e.lengths)),
      ...rateOf(
        seeds.flatMap((e) => (e.successes ?? []).map(Number)),
        returns.length
      ),
      returnBySeed: seeds.map((e) => e.meanReturn)
    })
  }
  return {
    environment: policies[0]?.environment.id ?? "",
    actions,
    tasks: worth,
    interquartileMean: yield* interval(worth.map((w) => w.returnBySeed)),
    ...rateOf(
      worth.flatMap((w) => w.successRate ?? []),
      worth.length
    )
  } satisfies RunWorth
})

/** Their mean, where all are known. */
const rateOf = (known: readonly number[], all: number): { readonly successRate?: number } =>
  known.length > 0 && known.length === all ? { successRate: mean(known) } : {}

/** The environment of the same version as the policy's. */
const environmentOf = (policy: RunPolicy, registry: Catalog["registry"]): Effect.Effect<Environment, ArgumentError> => {
  const { id, version } = policy.environment
  const environment = findEnvironment(registry, id)
  if (E.isLeft(environment)) {
    const fix = "name its plugin by --plugin"
    const got = environment.left.message
    return Effect.fail(argumentError({ doing: `evaluate ${policy.path}`, want: `environment ${id}`, got, fix }))
  }
  if (environment.right.version === version) return Effect.succeed(environment.right)
  return Effect.fail(otherVersion(policy.path, policy.environment, environment.right.version))
}
