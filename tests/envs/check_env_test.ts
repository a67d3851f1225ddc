/** Gymnasium 1.4's `check_env`, check after check: what it finds is found here too, with a line on how to mend it. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { environmentFindings } from "../../envs/mod.ts"
import { pluginIssues } from "../../plugins/loading/validate.ts"
import { mistakes } from "./mistakes.ts"
import { point } from "./point.ts"

const box = point().observation
const throttle = { _tag: "Box", low: [-1], high: [1], names: ["u"], units: ["N"], dtype: "float32" } as const
const mistake = (what: string) => mistakes.find(([name]) => name === what)?.[1] ?? assert.fail(what)

type Found =
  /** An environment with the mistake, and the law that finds it. */
  | { readonly env: () => ReturnType<typeof point>; readonly law: RegExp; readonly advice?: true }
  /** What a plugin's module is refused for before any law. */
  | { readonly record: object; readonly field: string }
  /** Why the mistake cannot be made. */
  | { readonly cannot: string }

/** What `check_env` says, shortened, and what does so here. */
const checks: Readonly<Record<string, Found>> = {
  "must inherit from gymnasium.Env": { record: { id: "A-v0" }, field: "environments[0].make" },
  "must specify an action space": { record: { ...point(), action: undefined }, field: "environments[0].action" },
  "must specify an observation space": {
    record: { ...point(), observation: undefined },
    field: "environments[0].observation"
  },
  "space does not inherit from gymnasium.spaces.Space": {
    record: { ...point(), action: { _tag: "MultiDiscrete" } },
    field: "environments[0].action._tag"
  },
  "Box shape and low or high shape differ": {
    record: { ...point(), observation: { ...box, high: [1] } },
    field: "environments[0].observation.high"
  },
  "Box low value is greater than a high value": { env: mistake("with low above high"), law: /spaces are spaces/ },
  "Box maximum and minimum values are equal": {
    env: () => point({}, { observation: { ...box, low: [-99, 99] } as never }),
    law: /component of an observation varies/,
    advice: true
  },
  "Box action maximum and minimum values are equal": {
    env: () => point({}, { action: { ...throttle, low: [1] } }),
    law: /scale near 1/,
    advice: true
  },
  "Discrete number of elements must be positive": {
    record: { ...point(), action: { _tag: "Discrete", n: 0, names: [] } },
    field: "environments[0].action.n"
  },
  "MultiDiscrete, MultiBinary, Tuple, Dict": {
    cannot: "spaces are boxes and discrete ones; the bridge flattens others"
  },
  "Box observation value is infinity": {
    env: () => point({}, { observation: { ...box, high: [99, Number.POSITIVE_INFINITY] } as never }),
    law: /observations have finite bounds/,
    advice: true
  },
  "Box action value is infinity": {
    env: () => point({}, { action: { ...throttle, high: [Number.POSITIVE_INFINITY] } }),
    law: /box of actions has finite bounds/,
    advice: true
  },
  "symmetric and normalized action space recommended": {
    env: () => point({}, { action: { ...throttle, low: [-3], high: [3] } }),
    law: /scale near 1/,
    advice: true
  },
  "support for the seed function is dropped": { cannot: "randomness is the stream, an argument" },
  "return_info is deprecated": { cannot: "reset() writes into a buffer and returns nothing" },
  "reset() returns no tuple (obs, info)": { cannot: "reset() writes into a buffer and returns nothing" },
  "reset observation is not within the space": {
    env: mistake("that observes beyond its bounds"),
    law: /within their space/
  },
  "reset(seed) is non-deterministic": { env: mistake("that draws from Math.random"), law: /equal keys|Math\.random/ },
  "random generators are not different when seeds are": { env: mistake("that ignores its seed"), law: /another key/ },
  "reset cannot be called with a seed": { env: mistake("whose reset throws"), law: /throw nothing/ },
  "default seed should be None": { cannot: "there is no default seed: the caller gives a stream" },
  "reset cannot be called with options": { env: mistake("that takes any parameter"), law: /out of range/ },
  "observation of another shape than the space": {
    env: mistake("that observes fewer numbers than it says"),
    law: /observe\(\) writes every component/
  },
  "observation of another dtype than the space": { env: mistake("whose bounds a float32 oversteps"), law: /dtype/ },
  "step returns no tuple of five": { env: mistake("without step()"), law: /sizes that the spaces have/ },
  "terminated is no boolean": { env: mistake("whose end is a number"), law: /fills the outcome/ },
  "truncated is no boolean": { cannot: "the time limit truncates, which the package keeps" },
  "reward is no number": { env: mistake("whose reward is no number"), law: /fills the outcome/ },
  "reward is NaN or inf": { env: mistake("whose reward is infinite"), law: /rewards finite/ },
  "observation holds NaN": { env: mistake("that observes NaN"), law: /finite/ },
  "info is no dictionary": { cannot: "native environments have no infos; those elsewhere have a law for theirs" },
  "np_random is not updated after a step": {
    env: mistake("that draws from Math.random"),
    law: /Math\.random|equal keys/
  },
  "step is not deterministic": { env: mistake("that counts its steps elsewhere"), law: /equal keys|state array/ },
  "environment truncates after one step": {
    env: () => point({}, { maxEpisodeSteps: 1 }),
    law: /more than one step/,
    advice: true
  },
  "observations share an object": { env: mistake("that keeps the caller's buffer"), law: /keeps a buffer/ },
  "render modes, and what render() returns": { env: mistake("whose picture is none"), law: /SVG/ },
  "render_fps is greater than zero": {
    record: { ...point(), secondsPerStep: 0 },
    field: "environments[0].secondsPerStep"
  },
  "make() with the same spec again": { env: mistake("whose instances share a variable"), law: /two instances/ },
  "close() on a closed environment": { cannot: "nothing is to be closed; batches elsewhere have a law for it" }
}

for (const [what, check] of Object.entries(checks))
  test(`check_env: ${what}`, () => {
    if ("cannot" in check) return assert.ok(check.cannot.length > 10)
    if ("record" in check) {
      const plugin = { policygradex: 1, name: "x", version: "1", environments: [check.record] }
      const issue = pluginIssues(plugin).find((i) => i.field === check.field)
      return assert.ok(
        issue?.want,
        pluginIssues(plugin)
          .map((i) => i.field)
          .join(", ")
      )
    }
    const all = environmentFindings(check.env())
    const found = all.find((f) => check.law.test(f.law))
    assert.ok(found !== undefined, all.map((f) => f.law).join("; "))
    assert.equal(found.advice, check.advice ?? false)
    assert.ok(found.fix.length > 10)
  })
