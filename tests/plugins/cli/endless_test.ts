import assert from "node:assert/strict"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { MOST_STEPS } from "../../../envs/env.ts"
import { configOf } from "../../pipeline/job/kills.ts"
import { pgex } from "../../support/pgex.ts"
import { inFolder } from "../loading/support.ts"

const library = new URL("../../../mod.ts", import.meta.url).href

/** A plugin with tasks in a world of this action that nothing ends: a temperature that decays, and is heated. */
const endless = (action: string): string => `
import { definePlugin, envs, random } from "${library}"
const world = envs.environment({
  id: "Endless-v0", version: "1", summary: "a room that is never done",
  observation: { _tag: "Box", low: [-99], high: [99], names: ["x"], units: ["m"], dtype: "float64" },
  action: ${action},
  parameters: { goal: envs.number(0, "m", -9, 9, "wanted") }, maxEpisodeSteps: 2 ** 31 - 1, secondsPerStep: 1,
  dynamics: ({ goal }) => ({
    stateSize: 1, observationSize: 1, actionSize: 1,
    reset: (state, at, stream) => { state[at] = random.uniform(stream, -1, 1) },
    step: (state, at, action, stream, outcome) => {
      state[at] = 0.9 * state[at] + Math.max(-1, Math.min(1, action[0]))
      outcome.reward = -Math.abs(state[at] - goal); outcome.terminated = false
    },
    observe: (state, at, out, outAt) => { out[outAt] = state[at] }
  })
})
const rooms = envs.family({
  id: "rooms", summary: "rooms that are wanted warm or cold", environment: world,
  options: { n: envs.integer(4, "tasks", 2, 100, "number of rooms") },
  tasks: ({ n }) => ({
    tasks: Array.from({ length: n }, (_, i) => ({ id: "room-" + i, params: { goal: (i % 2 ? 1 : -1) * (1 + i) } }))
  })
})
export default definePlugin({ policygradex: 1, name: "endless", version: "0.1.0", environments: [world], families: [rooms] })
`

const spaces = {
  sac: '{ _tag: "Box", low: [-1], high: [1], names: ["heat"], units: [""], dtype: "float32" }',
  ppo: '{ _tag: "Discrete", n: 2, names: ["off", "on"] }'
}

const told =
  /episodes of Endless-v0 have no time limit: each is truncated after 10000 steps; maxEpisodeSteps is its limit/

for (const [id, action] of Object.entries(spaces))
  test(`a run by ${id} in an environment that nothing ends comes to its end, and that and evaluate say where episodes do`, () =>
    inFolder({ "endless.ts": endless(action) }, (folder) => {
      const plugin = join(folder, "endless.ts")
      const [config, out] = [join(folder, "config.json"), join(folder, "run")]
      const settings = { ...configOf(id), preset: "quick", family: { id: "rooms", n: 2, options: {} } }
      const truth = { ...settings.truth, subsets: 1, iterations: 1 }
      writeFileSync(config, JSON.stringify({ ...settings, truth }))
      const ran = pgex(["run", config, "--out", out, "--plugin", plugin, "--quiet"])
      assert.equal(ran.code, 0, ran.stderr)
      assert.match(ran.stderr, told)
      const { code, stdout, stderr } = pgex(["evaluate", out, "--plugin", plugin, "--episodes", "2", "--json"])
      assert.equal(code, 0, stderr)
      assert.match(stderr, told)
      const { tasks } = JSON.parse(stdout)
      assert.equal(tasks.length, 2)
      for (const { meanLength } of tasks) assert.equal(meanLength, MOST_STEPS)
    }))
