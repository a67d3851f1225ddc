/** A new plugin: a small world with a family of tasks, and its test, as text to start from. */

/** The files of a new plugin by name; `library` is how they import this package. */
export const scaffold = (name: string, library: string): Readonly<Record<string, string>> => ({
  "plugin.ts": pluginText(name, library),
  "plugin_test.ts": testText(name, library)
})

/** Names that serve as folder, id and package. */
export const validName = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/

const worldOf = (name: string): string =>
  `${name
    .split("-")
    .map((word) => word[0]?.toUpperCase() + word.slice(1))
    .join("")}-v0`

const pluginText = (name: string, library: string): string => `// ${name}: a puck on a line is pushed to a goal.
// Change it step by step, and run \`pgex plugin check\` on this file after each.
import { definePlugin, envs, random } from "${library}"

// What tasks may vary: default, unit, smallest and largest value, meaning. Values outside are refused for you.
const parameters = {
  goal: envs.number(1, "m", -2, 2, "where the puck should be"),
  push: envs.number(1, "m/s²", 0.1, 10, "acceleration of an action"),
  friction: envs.number(0.5, "1/s", 0, 5, "share of the speed lost in a second")
}

const TAU = 0.1 // s, between two observations
const EDGE = 4 // m, where the line ends
const FASTEST = 20 // m/s

const within = (x: number, bound: number): number => Math.max(-bound, Math.min(bound, x))

const world = envs.environment({
  id: "${worldOf(name)}",
  version: "1", // raise it whenever numbers change: old checkpoints are refused then
  summary: "Push a puck along a line to a goal that cannot be seen",
  // What the agent sees: bounds, a name and a unit for each component.
  observation: {
    _tag: "Box",
    low: [-EDGE, -FASTEST],
    high: [EDGE, FASTEST],
    names: ["x", "v"],
    units: ["m", "m/s"],
    dtype: "float32"
  },
  // What it does: 0, 1 or 2.
  action: { _tag: "Discrete", n: 3, names: ["left", "wait", "right"] },
  parameters,
  maxEpisodeSteps: 50, // reaching it truncates the episode; step() itself only terminates
  secondsPerStep: TAU,
  // Called once a task, with every parameter valid. What it returns keeps no state: all of an episode is in the numbers
  // state[at], state[at + 1], … so that episodes can be stepped side by side, saved and continued.
  dynamics: ({ goal, push, friction }) => ({
    stateSize: 2, // x and v
    observationSize: 2,
    actionSize: 1,
    // Writes the first state. All randomness comes from the stream: the same seed gives the same episode.
    reset: (state, at, stream) => {
      state[at] = random.uniform(stream, -0.5, 0.5)
      state[at + 1] = 0
    },
    // Moves the state on and fills the outcome.
    step: (state, at, action, _stream, outcome) => {
      const v = within(state[at + 1]! * (1 - friction * TAU) + (action[0]! - 1) * push * TAU, FASTEST)
      const x = state[at]! + v * TAU
      const over = Math.abs(x) > EDGE
      state[at] = within(x, EDGE)
      state[at + 1] = v
      outcome.reward = over ? -10 : -Math.abs(x - goal)
      outcome.terminated = over
    },
    // Writes what the agent sees.
    observe: (state, at, out, outAt) => {
      out[outAt] = state[at]!
      out[outAt + 1] = state[at + 1]!
    },
    // Optional: whether the episode that ended in this state succeeded; \`pgex evaluate\` tells how many did.
    succeeded: (state, at) => Math.abs(state[at]! - goal) < 0.2
  })
})

const options = { n: envs.integer(6, "tasks", 2, 1000, "number of tasks; every other one has its goal on the left") }

const task = (id: string, goal: number) => ({ id, params: { goal } })

// Tasks that may or may not want to be trained together. \`planted\` says which group each should end up in, where that
// is known: reports compare it with what was found. Leave it out otherwise.
const goals = envs.family({
  id: "${name}-goals",
  summary: "Goals on the left and on the right of a line",
  environment: world,
  options,
  tasks: ({ n }) => {
    const planted = Array.from({ length: n }, (_, i) => i % 2)
    return { tasks: planted.map((side, i) => task(\`goal=\${i}\`, (side === 0 ? 1 : -1) * (1 + i / (2 * n)))), planted }
  },
  // Further tasks of the same kind for testing, decided by the key.
  draw: (_, key, count) => {
    const stream = random.stream(key)
    return { tasks: Array.from({ length: count }, (_, i) => task(\`test=\${i}\`, random.uniform(stream, -2, 2))) }
  }
})

export default definePlugin({
  policygradex: 1, // the contract this plugin is written for
  name: "${name}",
  version: "0.1.0",
  environments: [world],
  families: [goals]
})
`

const testText = (name: string, library: string): string => `// Run with \`bun --no-install test\`.
import assert from "node:assert/strict"
import { test } from "node:test"
import { envs, random } from "${library}"
import plugin from "./plugin.ts"

// The laws that every environment and every family keeps.
for (const law of envs.lawsOf(plugin))
  test(\`\${law.subject}: \${law.name}\`, () => assert.equal(law.check(), undefined, law.fix))

// What this world in particular should do.
test("${name}: pushing right moves right", () => {
  const [world] = plugin.environments ?? []
  assert.ok(world)
  const episode = envs.replay(world, {}, random.zeroKey, [2, 2, 2])
  assert.equal(episode._tag, "Right")
  if (episode._tag !== "Right") return
  const { obs, steps } = episode.right
  assert.ok(steps[2]!.obs[0]! > obs[0]!)
  assert.equal(steps[2]!.terminated, false)
})
`
