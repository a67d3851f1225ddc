import assert from "node:assert/strict"
import { test } from "node:test"
import { key } from "../../../core/random/mod.ts"
import { lunarLander } from "../../../envs/lunar_lander/lunar_lander.ts"
import { replay } from "../../../envs/replay.ts"
import { gzipJson } from "../../support/gzip_json.ts"
import { type Made, paramsOf, right } from "./reference.ts"

interface Beginning extends Made {
  readonly seed: number
  readonly continuous: boolean
  readonly actions: string | readonly (readonly [number, number])[]
  /** After 10, 20 and 30 steps, without the contacts of the legs. */
  readonly obs: readonly (readonly number[])[]
}

const { episodes } = gzipJson<{ readonly episodes: readonly Beginning[] }>("lunarlander/first_steps.json.gz")

const distance = (e: Beginning): number => {
  const params = { ...paramsOf(e), continuous: e.continuous }
  const actions = typeof e.actions === "string" ? [...e.actions].map(Number) : e.actions.map((a) => a.map(Math.fround))
  const { steps } = right(replay(lunarLander, params, right(key(e.seed)), actions))
  return Math.max(...e.obs.flatMap((obs, i) => obs.map((x, k) => Math.abs(x - steps[10 * (i + 1) - 1]!.obs[k]!))))
}

// The README says this of planck.
test("30 steps are within 1e-5 of Gymnasium's in 95 episodes of 100 at least, half of them within 4e-6, all within 2e-2", () => {
  const found = episodes.map(distance).sort((a, b) => a - b)
  assert.ok(found.length > 200)
  const told = [0.5, 0.95, 1].map((share) => found[Math.ceil(share * found.length) - 1]!)
  assert.ok(told[0]! < 4e-6 && told[1]! < 1e-5 && told[2]! < 2e-2, told.join(", "))
})
