import assert from "node:assert/strict"
import { test } from "node:test"
import { gzipJson } from "../../support/gzip_json.ts"
import { pgex } from "../../support/pgex.ts"

interface Episode {
  readonly id: string
  readonly seed: number
  readonly make_kwargs: Readonly<Record<string, unknown>>
  readonly actions: readonly number[]
  readonly states: readonly number[]
}

const replayed = (env: string, params: unknown, seed: number, actions: unknown) =>
  pgex(
    ["replay", "--env", env, "--params", JSON.stringify(params), "--seed", `${seed}`, "--actions", "-", "--json"],
    JSON.stringify(actions)
  )

test("pgex replay takes Gymnasium's own arguments, lists among them, and gives its trajectory", () => {
  const { episodes } = gzipJson<{ readonly episodes: readonly Episode[] }>("frozenlake/episodes.json.gz")
  const e = episodes.find((x) => "reward_schedule" in x.make_kwargs && x.actions.length > 2)
  assert.ok(e !== undefined)
  const { stdout, code } = replayed(e.id, e.make_kwargs, e.seed, e.actions)
  assert.equal(code, 0)
  assert.deepEqual(
    JSON.parse(stdout)
      .slice(1)
      .map((step: { readonly obs: readonly number[] }) => step.obs[0]),
    e.states
  )
})

test("pgex replay refuses a map that the environment cannot take, and says which can", () => {
  const { stderr, code } = replayed("FrozenLake-v1", { desc: ["SFFFF", "FFFFF", "FFFFF", "FFFFG"] }, 0, [1])
  assert.equal(code, 1)
  assert.match(stderr, /"desc" of FrozenLake-v1: want at most 16 cells, not 20 \(FrozenLake8x8-v1 takes 64\)/)
})
