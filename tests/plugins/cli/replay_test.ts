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

test("pgex replay takes arguments that change the spaces", () => {
  const lake = gzipJson<{ readonly episodes: readonly Episode[] }>("frozenlake/larger.json.gz").episodes.find(
    (x) => "map_name" in x.make_kwargs
  )
  assert.ok(lake !== undefined)
  const walked = replayed("FrozenLake-v1", lake.make_kwargs, lake.seed, lake.actions)
  assert.deepEqual(
    JSON.parse(walked.stdout)
      .slice(1)
      .map((step: { readonly obs: readonly number[] }) => step.obs[0]),
    lake.states
  )
  const flown = replayed("LunarLander-v3", { continuous: true }, 3, [[0.5, -0.8]])
  assert.equal(flown.code, 0)
  assert.equal(flown.stdout, replayed("LunarLanderContinuous-v3", {}, 3, [[0.5, -0.8]]).stdout)
  const refused = replayed("LunarLander-v3", { continuous: true }, 3, [2])
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /action 0 of LunarLanderContinuous-v3: want Box of 2/)
})

test("pgex envs show tells which parameters change the spaces, and which environment has them", () => {
  const { stdout } = pgex(["envs", "show", "FrozenLake-v1"])
  assert.match(stdout, /map_name = "8x8": FrozenLake8x8-v1\n {2}desc = a map of 17 to 64 cells: FrozenLake8x8-v1/)
  const { variants } = JSON.parse(pgex(["envs", "show", "LunarLander-v3", "--json"]).stdout)
  assert.deepEqual(variants, [{ parameter: "continuous", values: "true", id: "LunarLanderContinuous-v3" }])
})
