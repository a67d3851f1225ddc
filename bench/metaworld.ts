/**
 * What a step of Meta-World's ten tasks costs here and in Python's metaworld, one thread each: the actions of a hand-written
 * policy that solves the task, and actions that wander; least processor times of short runs, in turns.
 *
 *     PGEX_PYTHON=… bun bench/metaworld.ts        a Python that has metaworld 3.1.1; pgex assets get metaworld
 */
import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { gunzipSync } from "node:zlib"
import * as Either from "fp-ts/lib/Either.js"
import { stream, zeroKey } from "../core/random/mod.ts"
import { findPython } from "../plugins/io/user.ts"
import { metaworldTasks } from "../plugins/metaworld/mod.ts"

const right = <E, A>(x: Either.Either<E, A>): A => {
  if (Either.isLeft(x)) throw new Error(JSON.stringify(x.left))
  return x.right
}

const ROUNDS = 2
/** Steps of a run that is timed, and of an episode. */
const RUN = 40
const STEPS = 200

interface Episode {
  readonly rand_vec: readonly number[]
  readonly actions: readonly (readonly number[])[]
}

const recorded = (id: string): Episode => {
  const bytes = readFileSync(new URL(`../tests/fixtures/metaworld/${id}.json.gz`, import.meta.url))
  return JSON.parse(gunzipSync(bytes).toString()).episodes[0]
}

const wandering = Array.from({ length: STEPS }, (_, t) => [1, 2, 3, 4].map((k) => Math.sin(0.1 * k * t + k)))

/** Reads id, vector and lists of actions; writes the least seconds of a step of each list. */
const inPython = `
import json, sys, numpy, warnings
warnings.filterwarnings("ignore")
import metaworld
from time import process_time
asked = json.load(sys.stdin)
env = metaworld.env_dict.ALL_V3_ENVIRONMENTS[asked["id"]]()
env._partially_observable = False
env._set_task_called = True
env._freeze_rand_vec = True
env._last_rand_vec = numpy.array(asked["vector"])
def least(given):
    actions = [numpy.array(a, dtype=numpy.float32) for a in given]
    runs = [1e9] * (len(actions) // ${RUN})
    for _ in range(5):
        env.reset()
        for r in range(len(runs)):
            start = process_time()
            for action in actions[r * ${RUN}:(r + 1) * ${RUN}]: env.step(action)
            runs[r] = min(runs[r], process_time() - start)
    return sum(runs) / len(runs) / ${RUN}
print(*[least(given) for given in asked["lists"]])
`

/** Of this process, its compiler's and collector's threads too: a busy machine takes turns from both sides, not time. */
const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/** The mean over an episode's runs of the least time of each, so that slow stretches count as such. */
const here = (env: (typeof metaworldTasks)[number], { rand_vec, actions }: Episode): (() => number) => {
  const d = right(env.make({ rand_vec: rand_vec.join(",") }))
  const state = new Float64Array(d.stateSize)
  const seen = new Float64Array(d.observationSize)
  const outcome = { reward: 0, terminated: false }
  const source = stream(zeroKey)
  const given = actions.map((a) => Float64Array.from(a))
  const least = new Array<number>(STEPS / RUN).fill(Number.POSITIVE_INFINITY)
  return () => {
    d.reset(state, 0, source)
    for (const r of least.keys()) {
      const start = cpuSeconds()
      for (let t = r * RUN; t < (r + 1) * RUN; t++) {
        d.step(state, 0, given[t]!, source, outcome)
        d.observe(state, 0, seen, 0)
      }
      least[r] = Math.min(least[r]!, cpuSeconds() - start)
    }
    return least.reduce((a, b) => a + b) / STEPS
  }
}

const python = right(findPython(undefined, process.env))
const asked = process.argv.slice(2)
const ratios: number[] = []
for (const env of metaworldTasks.filter(({ id }) => asked.length === 0 || asked.includes(id))) {
  const policy = recorded(env.id)
  const sides = [policy, { ...policy, actions: wandering }].map((episode) => here(env, episode))
  for (let warm = 0; warm < 6; warm++) for (const step of sides) step()
  const input = JSON.stringify({ id: env.id, vector: policy.rand_vec, lists: [policy.actions, wandering] })
  const least = { ours: [Infinity, Infinity], theirs: [Infinity, Infinity] }
  for (let round = 0; round < ROUNDS; round++) {
    const { stdout } = spawnSync(python, ["-c", inPython], { encoding: "utf8", input })
    const theirs = stdout.trim().split(" ").map(Number)
    for (const [i, step] of sides.entries()) {
      for (let again = 0; again < 5; again++) least.ours[i] = Math.min(least.ours[i]!, step())
      least.theirs[i] = Math.min(least.theirs[i]!, theirs[i]!)
    }
  }
  for (const [i, name] of ["policy", "wandering"].entries()) {
    const ratio = least.theirs[i]! / least.ours[i]!
    ratios.push(ratio)
    const rate = (seconds: number): string => `${Math.round(1 / seconds)}`.padStart(6)
    const both = `here ${rate(least.ours[i]!)}/s  Python ${rate(least.theirs[i]!)}/s`
    process.stdout.write(`${env.id.padEnd(24)} ${name.padEnd(10)} ${both}  ${ratio.toFixed(2)}x\n`)
  }
}
const mean = ratios.reduce((a, b) => a + b) / ratios.length
process.stdout.write(`ratio of ${ratios.length}: least ${Math.min(...ratios).toFixed(2)}, mean ${mean.toFixed(2)}\n`)
