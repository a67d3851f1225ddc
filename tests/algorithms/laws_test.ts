import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { type Algorithm, algorithmLaws, type Learner, type Ppo, ppo, type SavedState } from "../../algorithms/mod.ts"
import { zeroKey } from "../../core/random/mod.ts"
import { layer as reference } from "../../plugins/sessions/reference.ts"
import { layer as wasm } from "../../plugins/sessions/wasm/mod.ts"
import { twoPoles } from "./support.ts"

const sessions = { wasm: wasm(), reference }

for (const [kind, session] of Object.entries(sessions))
  for (const law of algorithmLaws(ppo, twoPoles))
    test(`${ppo.id} on ${kind}: ${law.name}`, () =>
      Effect.runPromise(Effect.scoped(law.check).pipe(Effect.provide(session))).then((r) => assert.equal(r, undefined)))

const broken = (algorithm: Algorithm<Ppo>) =>
  Effect.runPromise(
    Effect.forEach(algorithmLaws(algorithm, twoPoles), (law) =>
      Effect.map(Effect.scoped(law.check), (r) => [law.name, r])
    ).pipe(
      Effect.map((all) => all.filter(([, r]) => r !== undefined).map(([name]) => name ?? "")),
      Effect.provide(wasm())
    )
  )

const wrapped = (change: (l: Learner) => Partial<Learner>): Algorithm<Ppo> => ({
  ...ppo,
  learner: (c, p) => Effect.map(ppo.learner(c, p), (l) => ({ ...l, ...change(l) }))
})

test("the laws catch an algorithm that drops its key", async () => {
  const found = await broken(wrapped((l) => ({ init: (_, start) => l.init(zeroKey, start) })))
  assert.ok(found.includes("another key gives another training"))
})

test("the laws catch an algorithm whose checkpoint lacks the optimiser", async () => {
  const found = await broken(
    wrapped((l) => ({
      load: (saved) => l.load({ ...saved, arrays: forget(saved.arrays) })
    }))
  )
  assert.ok(found.some((name) => name.startsWith("run(n + m)")))
})

const forget = (arrays: SavedState["arrays"]): SavedState["arrays"] =>
  Object.fromEntries(Object.entries(arrays).map(([name, x]) => [name, name === "m" ? x.map(() => 0) : x]))
