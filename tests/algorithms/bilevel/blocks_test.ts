/** A hypergradient whose rows are passed through in blocks. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { solver } from "../../../algorithms/bilevel/adaptation.ts"
import type { InnerProblem } from "../../../algorithms/bilevel/inner_problem.ts"
import { outer } from "../../../algorithms/bilevel/outer.ts"
import { Session } from "../../../core/service/session.ts"
import { layer as reference } from "../../../plugins/sessions/reference.ts"
import { close } from "../../core/program/support.ts"
import { implicit, linearPolicy, normals, rollout, settings } from "./support.ts"

/** Two blocks of a pair of tasks. */
const [ROWS, TASKS, BLOCKS] = [1024, 2, 2] as const

test("hypergradients in blocks are those of all rows at once, the system solved densely", () =>
  Effect.gen(function* () {
    const policy = linearPolicy("gaussian")
    const config = {
      ...settings({ distance: "D1", lambda: 8 }),
      hypergradient: { damping: 0, iterations: 100, tolerance: 1e-12 }
    }
    const problem: InnerProblem = { config, policy, n: ROWS }
    const phi = normals(1, policy.size, 0.3)
    const each = Array.from({ length: TASKS }, (_, t) => {
      const [before, after] = [
        rollout(problem, 10 * t + 2, phi),
        rollout(problem, 10 * t + 7, normals(3, policy.size, 0.3))
      ]
      return { before, after, ...implicit(problem, before, after, phi) }
    })
    const all = (x: "before" | "after") => {
      const part = (name: keyof (typeof each)[number]["before"]) =>
        Float64Array.from(each.flatMap((task) => [...task[x][name]]))
      return {
        observation: part("observation"),
        action: part("action"),
        logProb: part("logProb"),
        advantage: part("advantage")
      }
    }
    const session = yield* Session
    const theta = yield* session.buffer(
      [TASKS, policy.size],
      Float64Array.from(each.flatMap((task) => [...task.theta]))
    )
    const adapting = yield* solver(problem, TASKS, theta)
    assert.equal(adapting.blocks.length, BLOCKS)
    yield* adapting.keep(all("before"))
    yield* session.write(adapting.phi, Float64Array.from(each.flatMap(() => [...phi])))
    const ids = each.map((_, t) => ({ id: `${t}`, params: {} }))
    const at = { theta, start: () => Effect.void, learner: { adapting } }
    const found = yield* (yield* outer(problem, ids, { phi: adapting.phi, inner: at, after: all("after") }))
      .hypergradients
    for (const [t, { gradient }] of each.entries()) close(found.gradients[t]!, gradient, 1e-9, `task ${t}`)
  }).pipe(Effect.scoped, Effect.provide(reference), Effect.runPromise))
