/** Laws of sessions: what a call costs is what its plan says, whatever the session's own code does. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import fc from "fast-check"
import { plan } from "../../core/program/plan/mod.ts"
import { construct, recipe, valuesFor } from "../core/program/arbitrary.ts"
import { type Subject, within } from "./session_support.ts"

export const costLaws = (subject: Subject): void => {
  const programs = fc.sample(recipe(), 5)

  test(`${subject.name}: the cost of a call is the plan's, and is what a call adds to the work`, () =>
    within(subject, (s) =>
      Effect.forEach(
        programs,
        Effect.fnUntraced(function* (r) {
          const p = construct(r)
          const e = yield* s.compile(p)
          const { flops, bytes } = plan(p)
          assert.deepEqual(e.cost, { flops, bytes })
          const before = yield* s.work
          yield* e.run(valuesFor(r))
          yield* e.run(valuesFor(r))
          const after = yield* s.work
          assert.equal(after.calls, before.calls + 2)
          assert.equal(after.flops, before.flops + 2 * flops)
          assert.equal(after.bytes, before.bytes + 2 * bytes)
        }),
        { discard: true }
      )
    ))
}
