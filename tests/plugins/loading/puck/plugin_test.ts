// Run with `bun --no-install test`.
import assert from "node:assert/strict"
import { test } from "node:test"
import { envs, random } from "policygradex"
import plugin from "./plugin.ts"

// The laws that every environment and every family keeps.
for (const law of envs.lawsOf(plugin))
  test(`${law.subject}: ${law.name}`, () => assert.equal(law.check(), undefined, law.fix))

// What this world in particular should do.
test("puck: pushing right moves right", () => {
  const [world] = plugin.environments ?? []
  assert.ok(world)
  const episode = envs.replay(world, {}, random.zeroKey, [2, 2, 2])
  assert.equal(episode._tag, "Right")
  if (episode._tag !== "Right") return
  const { obs, steps } = episode.right
  assert.ok(steps[2]!.obs[0]! > obs[0]!)
  assert.equal(steps[2]!.terminated, false)
})
