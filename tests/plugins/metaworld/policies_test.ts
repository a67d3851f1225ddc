import assert from "node:assert/strict"
import { test } from "node:test"
import { mt10 } from "../../../plugins/metaworld/mt10.ts"
import { policies } from "./policies.ts"
import { referenceOf } from "./reference.ts"

for (const { id } of mt10)
  test(`the hand-written policy of ${id} acts as the reference's`, () => {
    const episode = referenceOf(id).episodes.find((e) => e.action_mode === "policy" && e.noise_std === 0)
    assert.ok(episode)
    const seen = [episode.initial_obs, ...episode.obs]
    for (const [step, action] of episode.actions.entries())
      for (const [i, x] of policies[id]!(seen[step]!).entries())
        assert.ok(Math.abs(x - action[i]!) < 1e-6, `step ${step}: want ${action}, got ${policies[id]!(seen[step]!)}`)
  })
