import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import * as E from "fp-ts/lib/Either.js"
import { contents, filled, makeReplay, nextSlot, sampleRows, withContents } from "../../../algorithms/replay/mod.ts"
import type { ArgumentError } from "../../../core/failure/mod.ts"
import { child, stream, zeroKey } from "../../../core/random/mod.ts"
import { right } from "../support.ts"

const small = fc.integer({ min: 1, max: 5 })

/** A replay of width 1 after `pushes` steps: environment e of step t holds t·environments + e. */
const after = (capacity: number, environments: number, pushes: number) => {
  let replay = right(makeReplay(capacity, environments, 1, 1))
  for (let t = 0; t < pushes; t++) {
    const slot = nextSlot(replay)
    for (let e = 0; e < environments; e++) slot.replay.memory[slot.at + e] = t * environments + e
    replay = slot.replay
  }
  return replay
}

test("a replay holds the last transitions, all of them", () =>
  fc.assert(
    fc.property(small, small, fc.nat(20), (slots, environments, pushes) => {
      const replay = after(slots * environments, environments, pushes)
      const kept = Math.min(slots, pushes)
      const first = (pushes - kept) * environments
      const want = Array.from({ length: kept * environments }, (_, i) => first + i)
      assert.deepEqual(
        [...contents(replay)].sort((a, b) => a - b),
        want
      )
    })
  ))

test("sampleRows() draws equally many of each task, of what is held only, and all of it in the end", () =>
  fc.assert(
    fc.property(small, small, small, fc.integer({ min: 1, max: 12 }), (tasks, each, slots, pushes) => {
      const environments = tasks * each
      const replay = after(slots * environments, environments, pushes)
      const count = filled(replay) * each
      // Each of at most 25 rows is missed with a chance of (24/25)^1000 < 1e-17.
      const out = new Int32Array(tasks * 1000)
      right(sampleRows(replay, tasks, stream(child(zeroKey, tasks, each)), out))
      for (let g = 0; g < tasks; g++) {
        const rows = out.subarray(g * 1000, (g + 1) * 1000)
        assert.ok(rows.every((r) => Math.floor((r % environments) / each) === g))
        assert.ok(rows.every((r) => r < filled(replay) * environments))
        assert.equal(new Set(rows).size, count)
      }
    }),
    { numRuns: 30 }
  ))

test("withContents() goes on as the replay itself, in other memory", () =>
  fc.assert(
    fc.property(small, small, fc.nat(20), (slots, environments, pushes) => {
      const replay = after(slots * environments, environments, pushes)
      const copy = right(withContents(replay, contents(replay), replay.pushed))
      assert.notEqual(copy.memory, replay.memory)
      assert.deepEqual({ ...copy }, { ...replay })
    })
  ))

const refused = (x: E.Either<ArgumentError, unknown>): string => (E.isLeft(x) ? x.left.message : "accepted")

test("an empty replay, a batch larger than it and a replay of less than one step are refused by name", () => {
  const empty = right(makeReplay(8, 2, 1, 8))
  assert.match(refused(sampleRows(empty, 1, stream(zeroKey), new Int32Array(2))), /empty replay/)
  assert.match(refused(makeReplay(8, 2, 1, 9)), /want batch at most the 8 transitions of the replay, got 9/)
  assert.match(refused(makeReplay(1, 2, 1, 1)), /want replay at least one transition of each of 2, got 1/)
  assert.match(refused(sampleRows(after(8, 3, 1), 3, stream(zeroKey), new Int32Array(4))), /multiple of 3 tasks, got 4/)
  assert.match(refused(withContents(empty, [1], 1)), /2 numbers, got 1/)
})
