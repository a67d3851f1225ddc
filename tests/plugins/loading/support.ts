/** Folders with plugins in them, made for one test. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { Effect } from "effect"
import { standard } from "../../../envs/mod.ts"
import { loadPlugins } from "../../../plugins/loading/mod.ts"

/** Uses a folder with these files in it. */
export const inFolder = async <A>(
  files: Readonly<Record<string, string>>,
  use: (folder: string) => A | Promise<A>
): Promise<A> => {
  const folder = mkdtempSync(join(tmpdir(), "pgex-plugin-"))
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export const load = (names: readonly string[], base: string, project = false) =>
  Effect.runPromise(loadPlugins(standard, names, { base, project }))

const library = new URL("../../../mod.ts", import.meta.url).href

/** The module of a plugin with one environment of this id; `step` is the body of its step(). */
export const moduleText = (name: string, id: string, step = "state[at] += action[0] - 1"): string => `
import { definePlugin, envs, random } from "${library}"
const world = envs.environment({
  id: "${id}", version: "1", summary: "a line",
  observation: { _tag: "Box", low: [-99], high: [99], names: ["x"], units: ["m"], dtype: "float64" },
  action: { _tag: "Discrete", n: 3, names: ["left", "wait", "right"] },
  parameters: { width: envs.number(1, "m", 0, 9, "of the first states") }, maxEpisodeSteps: 20, secondsPerStep: 1,
  dynamics: ({ width }) => ({
    stateSize: 1, observationSize: 1, actionSize: 1,
    reset: (state, at, stream) => { state[at] = random.uniform(stream, -width, width) },
    step: (state, at, action, stream, outcome) => {
      ${step}
      outcome.reward = -Math.abs(state[at]); outcome.terminated = false
    },
    observe: (state, at, out, outAt) => { out[outAt] = state[at] }
  })
})
export default definePlugin({ policygradex: 1, name: "${name}", version: "0.1.0", environments: [world] })
`
