/**
 * What a step of Gymnasium's CartPole costs through the bridge, and in Python itself: minima over short runs, in turns.
 *
 *     PGEX_PYTHON=… bun bench/bridge.ts        deno run -A bench/bridge.ts
 */
import { spawnSync } from "node:child_process"
import * as Either from "fp-ts/lib/Either.js"
import { zeroKey } from "../core/random/mod.ts"
import { taskBatch } from "../envs/task_batch.ts"
import { makeRows } from "../envs/vector.ts"
import { findPython, gymnasium } from "../plugins/gymnasium/mod.ts"

const right = <E, A>(x: Either.Either<E, A>): A => {
  if (Either.isLeft(x)) throw new Error(JSON.stringify(x.left))
  return x.right
}

const ROUNDS = 6
const RUNS = 40
const STEPS = 100

/** Both loops play the same: action (7·t + 3·i + ⌊t/4⌋) mod 2, a new episode at each end. */
const inPython = `
import sys, gymnasium
from time import perf_counter
n = int(sys.argv[1])
def least(sweep):
    best = 1e9
    for _ in range(${RUNS}):
        start = perf_counter(); sweep(); best = min(best, perf_counter() - start)
    return best / ${STEPS} * 1e6
envs = [gymnasium.make("CartPole-v1", disable_env_checker=True) for _ in range(n)]
for i, env in enumerate(envs): env.reset(seed=i)
def bare():
    for t in range(${STEPS}):
        for i, env in enumerate(envs):
            _, _, terminated, truncated, _ = env.step((7 * t + 3 * i + t // 4) % 2)
            if terminated or truncated: env.reset()
vector = gymnasium.make_vec("CartPole-v1", num_envs=n, vectorization_mode="sync")
vector.reset(seed=0)
import numpy
def sync():
    for t in range(${STEPS}):
        vector.step((7 * t + 3 * numpy.arange(n) + t // 4) % 2)
print(least(bare), least(sync))
`

const bridged = (n: number): (() => number) => {
  const batch = right(taskBatch(env, [{ id: "default", params: {} }], n, zeroKey))
  const rows = makeRows(n, batch.observationSize)
  const actions = new Float64Array(n)
  batch.reset(rows.observation)
  return () => {
    let best = Number.POSITIVE_INFINITY
    for (let run = 0; run < RUNS; run++) {
      const start = performance.now()
      for (let t = 0; t < STEPS; t++) {
        for (let i = 0; i < n; i++) actions[i] = (7 * t + 3 * i + Math.floor(t / 4)) % 2
        batch.step(actions, rows)
      }
      best = Math.min(best, performance.now() - start)
    }
    return (best / STEPS) * 1e3
  }
}

const python = right(findPython(undefined, process.env))
const source = gymnasium({ python })
const env = right(source.environment("gymnasium:CartPole-v1"))
for (const n of [1, 16]) {
  const ours = bridged(n)
  const least = { bridge: Number.POSITIVE_INFINITY, bare: Number.POSITIVE_INFINITY, sync: Number.POSITIVE_INFINITY }
  for (let round = 0; round < ROUNDS; round++) {
    least.bridge = Math.min(least.bridge, ours())
    const { stdout } = spawnSync(python, ["-c", inPython, String(n)], { encoding: "utf8" })
    const [bare = 0, sync = 0] = stdout.trim().split(" ").map(Number)
    least.bare = Math.min(least.bare, bare)
    least.sync = Math.min(least.sync, sync)
  }
  const each = (x: number) => `${(x / n).toFixed(1)} µs`
  process.stdout.write(
    `${n} environments, a step of one: bridge ${each(least.bridge)}, Python loop ${each(least.bare)}, ` +
      `SyncVectorEnv ${each(least.sync)}; overhead ${each(least.bridge - least.bare)}\n`
  )
}
source.close()
