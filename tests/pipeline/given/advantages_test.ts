/** Advantages of given rows that bring rewards alone. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect, Stream } from "effect"
import { gae } from "../../../core/estimate/mod.ts"
import { mlp } from "../../../core/network/mod.ts"
import { chosenColumns } from "../../../pipeline/given/columns.ts"
import { rowEncoder } from "../../../pipeline/given/encode.ts"
import { estimatedAdvantages } from "../../../pipeline/given/estimated_advantages.ts"
import { survey } from "../../../pipeline/given/survey.ts"
import type { RowSource } from "../../../pipeline/mod.ts"
import { right } from "../../algorithms/support.ts"
import { policyOf } from "../stages/policies.ts"
import { exactly } from "../stages/support.ts"

const [TASKS, EACH, STEPS] = [2, 3, 40]
const rows = TASKS * EACH * STEPS
const column = (f: (row: number) => number): Float64Array => Float64Array.from({ length: rows }, (_, row) => f(row))
const env = (row: number): number => row % (TASKS * EACH)

/** Environments side by side, step by step; episodes of 7 steps that end, and of 11 that are cut. */
const numbers = {
  observation: column((row) => Math.sin(row)),
  action: column((row) => row % 2),
  task: column((row) => Math.floor(env(row) / EACH)),
  env: column((row) => env(row)),
  reward: column((row) => Math.cos(3 * row)),
  terminated: column((row) => (Math.floor(row / (TASKS * EACH)) % 7 === 6 ? 1 : 0)),
  truncated: column((row) => (Math.floor(row / (TASKS * EACH)) % 11 === 10 ? 1 : 0))
}

const source: RowSource = {
  name: "rows",
  columns: Object.keys(numbers).map((name) => ({ name, width: 1 })),
  read: () => Stream.make({ count: rows, numbers, texts: {} })
}

test("with the critic of the policy's file they are GAE of each environment by itself", async () => {
  const policy = policyOf({ inputs: 1, layers: 1, width: 4, outputs: 2, kind: "categorical", activation: "tanh" })
  // v(s) = 2 s + 0.5.
  const critic = {
    network: mlp({ inputs: 1, hidden: [], outputs: 1, activation: "tanh" }),
    theta: Float64Array.of(2, 0.5)
  }
  const value = (row: number): number => 2 * Math.fround(Math.sin(row)) + 0.5
  const found = await exactly(
    Effect.gen(function* () {
      const columns = yield* chosenColumns(source, policy)
      const first = yield* survey(source, columns, policy)
      const of = { policy, encoder: right(rowEncoder({ policy }, "drawn", false)) }
      return yield* estimatedAdvantages(source, columns, first, of, {
        gamma: 0.9,
        lambda: 0.8,
        baseline: "critic",
        critic
      })
    })
  )
  for (let e = 0; e < TASKS * EACH; e++) {
    const own = Array.from({ length: STEPS }, (_, t) => t * TASKS * EACH + e)
    const cut = (row: number, t: number): boolean => t === STEPS - 1 || numbers.truncated[row] === 1
    const want = right(
      gae(
        0.9,
        0.8
      )({
        reward: Float64Array.from(own, (row) => numbers.reward[row]!),
        value: Float64Array.from(own, value),
        // Where an episode was cut nothing tells what came next: it is taken to be worth the same.
        next: Float64Array.from(own, (row, t) => value(cut(row, t) ? row : own[t + 1]!)),
        terminated: Uint8Array.from(own, (row) => numbers.terminated[row]!),
        truncated: Uint8Array.from(own, (row, t) => (cut(row, t) ? 1 : 0))
      })
    )
    const task = found[Math.floor(e / EACH)]!
    for (const [t, a] of want.entries()) {
      const got = task.advantage[t * EACH + (e % EACH)]!
      assert.ok(Math.abs(got - a) < 1e-6, `environment ${e}, step ${t}: ${got}, want ${a}`)
    }
  }
})
