import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { algorithmLaws, type LawGround, sac } from "../../../algorithms/mod.ts"
import { layer as native } from "../../../plugins/sessions/native/mod.ts"
import { layer as reference } from "../../../plugins/sessions/reference.ts"
import { layer as wasm } from "../../../plugins/sessions/wasm/mod.ts"
import { skip } from "../../plugins/sessions/native/setting.ts"
import { identityBox } from "../environments.ts"
import { twoPoles } from "../support.ts"

const grounds: Readonly<Record<string, LawGround>> = {
  "discrete actions": twoPoles,
  vectors: {
    environment: identityBox,
    tasks: [
      { id: "a", params: {} },
      { id: "b", params: {} }
    ]
  }
}

/** Small batches, for the slowest session. */
const small = { ...sac, defaults: { ...sac.defaults, batch: 8, updates: 1 } }

const sessions = { wasm: wasm(), reference, ...(skip === false ? { native: native({ threads: 1 }) } : {}) }

for (const [kind, session] of Object.entries(sessions))
  for (const [actions, ground] of Object.entries(grounds))
    for (const law of algorithmLaws(kind === "wasm" ? sac : small, ground))
      test(`${sac.id} on ${kind} with ${actions}: ${law.name}`, () =>
        Effect.runPromise(Effect.scoped(law.check).pipe(Effect.provide(session))).then((r) =>
          assert.equal(r, undefined)
        ))
