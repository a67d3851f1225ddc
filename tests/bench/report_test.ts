import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect, Schema } from "effect"
import fc from "fast-check"
import { measure } from "../../bench/measure.ts"
import { Report, ratio, row, spread } from "../../bench/report.ts"
import { benchFailed, floor, type Opponent, type Sample, type Work } from "../../bench/suite.ts"
import { table } from "../../bench/table.ts"
import { recorded } from "../../bench/timing.ts"

const positive = fc.double({ min: 1e-6, max: 1e9, noNaN: true })

const constant = (...samples: readonly Sample[]) => {
  let next = 0
  return Effect.sync(() => samples[next++ % samples.length]!)
}

const work = (opponents: readonly Opponent[], more: Partial<Work> = {}): Work => ({
  work: "adding",
  unit: "ms",
  rounds: 3,
  ours: Effect.succeed(constant({ value: 2 })),
  opponents,
  ...more
})

const rows = async (w: Work) => (await Effect.runPromise(measure(w, undefined))).rows

test("ratio() is above 1 exactly when ours is better, whichever way the unit points", () =>
  fc.assert(
    fc.property(positive, positive, (ours, theirs) => {
      assert.equal(ratio("GFLOP/s", ours, theirs) > 1, ours > theirs)
      assert.equal(ratio("steps/s", ours, theirs) > 1, ours > theirs)
      assert.equal(ratio("ms", ours, theirs) > 1, ours < theirs)
      assert.equal(ratio("MB", ours, theirs) > 1, ours < theirs)
    })
  ))

test("spread() is ordered and holds its median between its ends", () =>
  fc.assert(
    fc.property(fc.array(positive, { minLength: 1, maxLength: 20 }), (measured) => {
      const s = spread(measured)!
      assert.ok(s.min <= s.median && s.median <= s.max)
      assert.equal(s.rounds, measured.length)
      const below = measured.filter((x) => x <= s.median).length
      assert.ok(2 * below >= measured.length)
    })
  ))

test("spread() and row() leave out what was not measured", () => {
  assert.equal(spread([]), null)
  const missing = row({ work: "w", peer: "p", unit: "ms", goal: 2 }, [1], [], "why")
  assert.deepEqual([missing.ours, missing.theirs, missing.ratio, missing.note], [1, null, null, "why"])
})

test("a report keeps its form through JSON", () => {
  const report: Report = {
    suite: "kernels",
    machine: { cpu: "c", cores: 2, memoryGiB: 4, platform: "linux", core: null, load: 0.5 },
    versions: { bun: "1" },
    rows: [row({ work: "w", peer: "p", unit: "GFLOP/s", goal: 1 }, [30, 32], [20], "")]
  }
  const text = JSON.stringify(Schema.encodeSync(Report)(report))
  assert.deepEqual(Schema.decodeUnknownSync(Report)(JSON.parse(text)), report)
  const { rows: read } = JSON.parse(text)
  assert.deepEqual(
    ["work", "peer", "ours", "theirs", "unit", "ratio", "goal"].filter((name) => !(name in read[0])),
    []
  )
  assert.equal(read[0].ratio, 31 / 20)
  assert.match(table(report), /w +p +31 +20 +GFLOP\/s +1\.55 +1 +reached/)
})

test("measure() compares with a floor, and does not ask a peer that is not there", async () => {
  const found = await rows(work([floor(10), { peer: "numpy", goal: 4, ask: { work: "draws", args: {} } }]))
  assert.deepEqual([found[0]!.ratio, found[0]!.goal, found[0]!.note], [5, 1, ""])
  assert.deepEqual([found[1]!.ours, found[1]!.theirs, found[1]!.ratio], [2, null, null])
  assert.match(found[1]!.note, /--peers/)
})

test("measure() takes turns, and does not count the first round unless the work is cold", async () => {
  const order: string[] = []
  const side = (name: string) => Effect.sync(() => ({ value: order.push(name) }))
  const turns = work([{ peer: "them", goal: null, ask: { work: "x", args: {} } }], {
    ours: Effect.succeed(side("A")),
    rounds: 2
  })
  const peers = { ask: () => side("B"), versions: Effect.succeed({}) }
  const [warm] = (await Effect.runPromise(measure(turns, peers))).rows
  assert.equal(order.join(""), "ABABAB")
  assert.equal(warm!.spread.ours!.min, 3)
  const [cold] = (await Effect.runPromise(measure({ ...turns, cold: true }, peers))).rows
  assert.equal(order.join(""), "ABABABABAB")
  assert.equal(cold!.spread.ours!.min, 7)
})

test("measure() replays what was recorded, round by round, against another way of ours", async () => {
  const opponent = { peer: "full training", goal: null, rival: recorded([10, 30, 20]) }
  const found = await rows(work([opponent], { unit: "s", cold: true, ours: recorded([1, 3, 2]) }))
  assert.deepEqual([found[0]!.ours, found[0]!.theirs, found[0]!.ratio, found[0]!.note], [2, 20, 10, ""])
  const short = await rows(work([opponent], { cold: true, ours: recorded([1]) }))
  assert.match(short[0]!.note, /only 1 rounds/)
})

test("measure() notes a side that fails and goes on with the other", async () => {
  const broken = benchFailed({ doing: "measure our side", want: "a session", got: "nothing" })
  const found = await rows(work([floor(3)], { ours: Effect.fail(broken) }))
  assert.deepEqual([found[0]!.ours, found[0]!.theirs], [null, 3])
  assert.match(found[0]!.note, /want a session, got nothing/)
})

test("measure() says by how much answers differ beyond what was agreed", async () => {
  const against = (answer: number) => ({
    ask: () => Effect.succeed({ value: 1, answers: [answer] }),
    versions: Effect.succeed({})
  })
  const same = work([{ peer: "them", goal: null, ask: { work: "x", args: {} } }], {
    agree: 1e-6,
    ours: Effect.succeed(Effect.succeed({ value: 1, answers: [100] }))
  })
  const notes = await Effect.runPromise(
    Effect.forEach([100.00001, 100.01], (answer) => Effect.map(measure(same, against(answer)), (m) => m.rows[0]!.note))
  )
  assert.equal(notes[0], "")
  assert.match(notes[1]!, /answers differ by 1\.0e-4 relative/)
})
