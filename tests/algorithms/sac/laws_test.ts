import assert from "node:assert/strict"
import { test } from "node:test"
import { algorithmLaws, type LawGround, sac } from "../../../algorithms/mod.ts"
import { cartPole } from "../../../envs/mod.ts"
import { identityBox } from "../environments.ts"
import { inSession } from "../support.ts"

const grounds: Readonly<Record<string, LawGround>> = {
  "discrete actions": {
    environment: cartPole,
    tasks: [
      { id: "short", params: { length: 0.3 } },
      { id: "long", params: { length: 1 } }
    ]
  },
  vectors: {
    environment: identityBox,
    tasks: [
      { id: "a", params: {} },
      { id: "b", params: {} }
    ]
  }
}

for (const [actions, ground] of Object.entries(grounds))
  for (const law of algorithmLaws(sac, ground))
    test(`${sac.id} with ${actions}: ${law.name}`, () => inSession(law.check).then((r) => assert.equal(r, undefined)))
