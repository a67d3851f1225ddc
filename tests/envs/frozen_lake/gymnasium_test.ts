import assert from "node:assert/strict"
import { test } from "node:test"
import * as Either from "fp-ts/lib/Either.js"
import { child, integers, key, stream, zeroKey } from "../../../core/random/mod.ts"
import {
  type Environment,
  frozenLake,
  frozenLake8x8,
  type Params,
  randomMap,
  replay,
  type Transition,
  transitions
} from "../../../envs/mod.ts"
import { gzipJson } from "../../support/gzip_json.ts"
import { kolmogorovSmirnov } from "../../support/kolmogorov.ts"
import { playEpisode } from "../../support/returns.ts"

type Row = readonly [probability: number, next: number, reward: number, done: boolean]
type Triple = readonly [number, number, number]
interface Optimal {
  readonly gamma: number
  readonly V: readonly number[]
  readonly Q: readonly (readonly number[])[]
}
interface Case {
  readonly is_slippery: boolean
  readonly reward_schedule: Triple
  readonly P?: readonly (readonly (readonly Row[])[])[]
  readonly optimal: readonly Optimal[]
  readonly rollouts?: readonly Rollout[]
}
interface Rollout {
  readonly seed: number
  readonly states: readonly number[]
  readonly actions: readonly number[]
  readonly rewards: readonly number[]
  readonly terminated: readonly boolean[]
}
interface MapRecord {
  readonly size: number
  readonly p: number | null
  readonly seed: number | null
  readonly desc: readonly string[]
}
interface Episode {
  readonly id: string
  readonly seed: number
  readonly make_kwargs: Readonly<Record<string, unknown>>
  readonly initial: number
  readonly actions: readonly number[]
  readonly states: readonly number[]
  readonly rewards: readonly number[]
  readonly terminated: readonly boolean[]
  readonly truncated: readonly boolean[]
}

const stored = gzipJson<{
  readonly maps: readonly (MapRecord & { readonly cases: readonly Case[] })[]
  readonly success_rate_cases: readonly (Pick<Case, "P" | "optimal"> & {
    readonly desc: readonly string[]
    readonly success_rate: number
  })[]
}>("frozenlake/maps.json.gz")
const seeded = gzipJson<{
  readonly episodes: readonly Episode[]
  readonly maps: readonly MapRecord[]
  readonly random_policy: { readonly first_seed: number; readonly return_and_length: readonly (readonly number[])[] }
}>("frozenlake/episodes.json.gz")
const larger = gzipJson<{ readonly episodes: readonly Episode[] }>("frozenlake/larger.json.gz")

const right = <E, A>(value: Either.Either<E, A>): A => {
  if (Either.isLeft(value)) throw new Error(JSON.stringify(value.left))
  return value.right
}
/** As `pgex replay` reads Gymnasium's arguments: lists with commas. */
const paramsOf = (kwargs: Readonly<Record<string, unknown>>): Params =>
  Object.fromEntries(
    Object.entries(kwargs).map(([k, v]) => [k, typeof v === "number" || typeof v === "boolean" ? v : String(v)])
  )
const tableOf = (table: ReturnType<typeof transitions>): readonly (readonly (readonly Row[])[])[] =>
  table.map((s) => s.map((a) => a.map((t): Row => [t.probability, t.next, t.reward, t.terminated])))

/** Values of the best policy, by sweeps until nothing moves. */
const optimalValues = (table: readonly (readonly (readonly Transition[])[])[], gamma: number): readonly number[] => {
  const v = new Float64Array(table.length)
  const worth = (a: readonly Transition[]): number =>
    a.reduce((sum, t) => sum + t.probability * (t.reward + (t.terminated ? 0 : gamma * v[t.next]!)), 0)
  for (let moved = 1; moved > 1e-15; ) {
    moved = 0
    for (const [s, actions] of table.entries()) {
      const best = Math.max(...actions.map(worth))
      moved = Math.max(moved, Math.abs(best - v[s]!))
      v[s] = best
    }
  }
  return [...v]
}

const cases = [
  ...stored.maps.flatMap(({ desc, cases }) => cases.map((c) => ({ ...c, desc, success_rate: 1 / 3 }))),
  ...stored.success_rate_cases.map((c) => ({ ...c, is_slippery: true, reward_schedule: [1, -1, 0] as const }))
]

test("transitions() equals Gymnasium's P: probabilities, states, rewards, ends and their order", () => {
  const tables = cases.filter((c) => c.P !== undefined)
  assert.equal(tables.length, 22)
  for (const { desc, is_slippery, reward_schedule, success_rate, P } of tables)
    assert.deepEqual(
      tableOf(transitions(desc, { slippery: is_slippery, successRate: success_rate, rewards: reward_schedule })),
      P
    )
})

test("the best policy's values on these transitions are the stored ones", () => {
  let count = 0
  for (const { desc, is_slippery, reward_schedule, success_rate, optimal } of cases)
    for (const { gamma, V } of optimal) {
      const table = transitions(desc, { slippery: is_slippery, successRate: success_rate, rewards: reward_schedule })
      for (const [s, v] of optimalValues(table, gamma).entries()) assert.ok(Math.abs(v - V[s]!) < 1e-12, `${s}: ${v}`)
      count++
    }
  assert.ok(count > 80, `${count}`)
})

test("randomMap() gives generate_random_map's map for the same size, p and seed", () => {
  const records = [...stored.maps, ...seeded.maps].filter((m) => m.seed !== null)
  assert.equal(records.length, 8 + seeded.maps.length)
  for (const { size, p, seed, desc } of records)
    assert.deepEqual(right(randomMap(size, p ?? 1, right(key(seed ?? 0)))), desc, `${size}, ${p}, ${seed}`)
})

test("replay() gives the stored rollouts on random maps", () => {
  let count = 0
  for (const { desc, cases } of stored.maps)
    for (const { is_slippery, reward_schedule, rollouts = [] } of cases)
      for (const r of rollouts) {
        // Whether the time limit cuts a rollout depends on which of the two ids made the map; none here is so long.
        const params = { desc: desc.join(","), is_slippery, reward_schedule: reward_schedule.join(",") }
        const { steps } = right(replay(frozenLake8x8, params, right(key(r.seed)), r.actions))
        assert.deepEqual(
          steps.map((s) => [s.obs[0], s.reward, s.terminated]),
          r.states.map((s, t) => [s, r.rewards[t], r.terminated[t]])
        )
        count++
      }
  assert.ok(count >= 40, `${count}`)
})

const environmentOf = (id: string): Environment => (id === "FrozenLake-v1" ? frozenLake : frozenLake8x8)

test("replay() gives Gymnasium's seeded episodes, on ice and off it, on maps of any shape, with several starts", () => {
  assert.equal(seeded.episodes.length, 57)
  seeded.episodes.forEach(equalsReplay)
})

test("replay() gives Gymnasium's episodes on maps that change the space, with the time limit of the id", () => {
  assert.equal(larger.episodes.length, 26)
  assert.ok(larger.episodes.some((e) => e.truncated.at(-1) === true && e.truncated.length === 100))
  larger.episodes.forEach(equalsReplay)
})

const equalsReplay = (e: Episode): void => {
  const got = right(replay(environmentOf(e.id), paramsOf(e.make_kwargs), right(key(e.seed)), e.actions))
  assert.deepEqual(got.obs, [e.initial])
  assert.deepEqual(
    got.steps,
    e.states.map((s, t) => ({
      obs: [s],
      reward: e.rewards[t],
      terminated: e.terminated[t],
      truncated: e.truncated[t]
    }))
  )
}

test("a random policy's returns and lengths equal Gymnasium's, seed by seed, and other seeds' are distributed alike", () => {
  const { first_seed, return_and_length } = seeded.random_policy
  const dynamics = right(frozenLake.make({ reward_schedule: "1,-1,0" }))
  const of = (env: Parameters<typeof stream>[0], acts: Parameters<typeof stream>[0]): readonly [number, number] => {
    const source = stream(acts)
    const { total, length } = playEpisode(frozenLake, dynamics, stream(env), (a) => {
      a[0] = integers(source, 0, 4)
    })
    return [total, length]
  }
  assert.deepEqual(
    return_and_length.map((_, i) => of(right(key(first_seed + i)), right(key(first_seed + i)))),
    return_and_length
  )
  const others = return_and_length.map((_, i) => of(child(zeroKey, "env", i), child(zeroKey, "policy", i)))
  for (const column of [0, 1] as const) {
    const ks = kolmogorovSmirnov(
      return_and_length.map((r) => r[column]!),
      others.map((r) => r[column])
    )
    assert.ok(ks.probability > 1e-3, `column ${column}: D ${ks.distance}, p ${ks.probability}`)
  }
})
