import assert from "node:assert/strict"
import { test } from "node:test"
import { cartPole, cartPoleLength } from "../../../envs/mod.ts"
import { pluginIssues } from "../../../plugins/loading/mod.ts"
import plugin from "./puck/plugin.ts"

const whole = { policygradex: 1, name: "x", version: "1" }
const box = { _tag: "Box", low: [0, 0], high: [1, 1], names: ["a", "b"], units: ["", ""], dtype: "float32" }
const withEnv = (change: object) => ({ ...whole, environments: [{ ...cartPole, ...change }] })
const withFamily = (change: object) => ({ ...whole, families: [{ ...cartPoleLength, ...change }] })
const gravity = { ...cartPole.parameters.gravity }

const mistakes: readonly (readonly [value: unknown, field: string, want: RegExp, got: RegExp])[] = [
  [undefined, "", /an object/, /nothing/],
  [{ name: "x", version: "1" }, "policygradex", /number/, /nothing/],
  [{ ...whole, policygradex: 0 }, "policygradex", /contract 1/, /contract 0/],
  [{ ...whole, name: "" }, "name", /length/, /""/],
  [{ ...whole, envs: [] }, "envs", /only policygradex, name/, /"envs"/],
  [{ ...whole, environments: cartPole }, "environments", /array/i, /CartPole/],
  [withEnv({ make: undefined }), "environments[0].make", /a function/, /nothing/],
  [withEnv({ maxEpisodeSteps: 0 }), "environments[0].maxEpisodeSteps", /1/, /0/],
  [withEnv({ secondsPerStep: -1 }), "environments[0].secondsPerStep", /greater than 0/, /-1/],
  [withEnv({ action: { _tag: "Discret", n: 2 } }), "environments[0].action._tag", /"Discrete"/, /"Discret"/],
  [withEnv({ action: { _tag: "Discrete", n: 3, names: [] } }), "environments[0].action.names", /3 names/, /0 names/],
  [withEnv({ observation: { ...box, high: [1] } }), "environments[0].observation.high", /2 entries/, /1/],
  [
    withEnv({ observation: { ...box, low: [2, 0] } }),
    "environments[0].observation.low[0]",
    /at most high\[0\] = 1/,
    /2/
  ],
  [withEnv({ open: "server" }), "environments[0].open", /a function/, /server/],
  [withEnv({ absent: { fog: 1 } }), "environments[0].absent.fog", /a text/, /1/],
  [withEnv({ observation: { ...box, dtype: "f4" } }), "environments[0].observation.dtype", /float32/, /f4/],
  [
    withEnv({ parameters: { g: { ...gravity, default: -1 } } }),
    "environments[0].parameters.g.default",
    /from min 0/,
    /-1/
  ],
  [withEnv({ parameters: { g: { ...gravity, unit: 3 } } }), "environments[0].parameters.g.unit", /a text/, /3/],
  [withFamily({ options: {} }), "families[0].options.n", /number of tasks/, /none/],
  [withFamily({ draw: 1 }), "families[0].draw", /a function/, /1/],
  [{ ...whole, environments: [cartPole, cartPole] }, "environments[1].id", /its own/, /CartPole-v1/],
  [{ ...whole, algorithms: [{}] }, "algorithms[0].learner", /a function/, /nothing/]
]

for (const [value, field, want, got] of mistakes)
  test(`a plugin's mistake is found: ${field || "the whole"}, got ${got.source}`, () => {
    const issue = pluginIssues(value).find((i) => i.field === field)
    assert.ok(issue, JSON.stringify(pluginIssues(value)))
    assert.match(issue.want, want)
    assert.match(issue.got, got)
  })

test("a plugin without mistakes has no issues", () => {
  assert.deepEqual(pluginIssues(plugin), [])
  assert.deepEqual(pluginIssues(whole), [])
})
