/** The laws of all environments and families, over those in MuJoCo. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { environmentLaws, familyLaws, type Law } from "../../../envs/mod.ts"
import { physics } from "../../../plugins/mujoco/mod.ts"
import { without } from "./support.ts"

const options = { skip: without("3.14.0") }

const held = (id: string, laws: readonly Law[]): void => {
  for (const law of laws) test(`${id}: ${law.name}`, options, () => assert.equal(law.check(), undefined))
}
// Laws of a default are listed by making it.
if (options.skip === false) {
  for (const env of physics.environments) held(env.id, environmentLaws(env))
  for (const family of physics.families) held(family.id, familyLaws(family))
} else test("the laws over environments in MuJoCo", options, () => {})
