/** Environments of packages that this project does not need: played where PGEX_PYTHON has them. */
import assert from "node:assert/strict"
import { after, test } from "node:test"
import * as Either from "fp-ts/lib/Either.js"
import { stream, zeroKey } from "../../../core/random/mod.ts"
import type { Family, Params } from "../../../envs/mod.ts"
import { makeRows, sample, taskBatch } from "../../../envs/mod.ts"
import { bridge, right, without } from "./support.ts"

const source = bridge()
after(() => source.close())

/** Some random steps of a family's first tasks: what the last one gave, after saving and loading the episodes. */
const played = (family: Family, options: Params, steps: number) => {
  const env = family.environment
  const { tasks } = right(family.tasks(options))
  const batch = right(taskBatch(env, tasks, 1, zeroKey))
  const rows = makeRows(batch.count, batch.observationSize)
  const actions = new Float64Array(batch.count * batch.actionSize)
  const s = stream(zeroKey)
  batch.reset(rows.observation)
  for (let t = 0; t < steps; t++) {
    for (let i = 0; i < batch.count; i++) sample(env.action, s, actions, i * batch.actionSize)
    batch.step(actions, rows)
  }
  assert.equal(batch.fault(), undefined)
  const infos = right(batch.remote?.infos() ?? assert.fail())
  right(batch.load(batch.save()))
  return { tasks, rows, infos, rewards: batch.remote?.rewards ?? assert.fail() }
}

test("gymnasium:Meta-World/MT10 is ten tasks, with rewards and success", {
  skip: without("metaworld")
}, () => {
  const family = right(source.family("gymnasium:Meta-World/MT10"))
  assert.equal(right(family.tasks({ n: 10 })).tasks.length, 10)
  const { tasks, rows, infos } = played(family, { n: 2 }, 20)
  assert.deepEqual(
    tasks.map((t) => t.id),
    ["env_name=reach-v3", "env_name=push-v3"]
  )
  assert.ok(rows.reward.every((r) => r > 0 && r < 10))
  assert.deepEqual(
    infos.map((i) => i.success),
    [0, 0]
  )
})

test("gymnasium:deep-sea-treasure-v0 keeps its two rewards", { skip: without("mo_gymnasium") }, () => {
  const family = right(source.family("gymnasium:deep-sea-treasure-v0"))
  const { rows, rewards } = played(family, { n: 2, parameter: "reward_weight_1", values: "1,0.5" }, 1)
  assert.deepEqual([...rewards], [0, -1, 0, -1])
  assert.deepEqual([...rows.reward], [-1, -0.5])
})

test("gymnasium:HalfCheetah-v5?target=velocity rewards a speed, another one in each task", {
  skip: without("mujoco")
}, () => {
  const family = right(source.family("gymnasium:HalfCheetah-v5?target=velocity"))
  const { rows, infos } = played(family, { n: 3, parameter: "target_velocity", from: 0, to: 2 }, 5)
  assert.match(family.environment.version, /mujoco \d/)
  for (const [i, info] of infos.entries()) {
    const want = (info.reward_ctrl ?? Number.NaN) - Math.abs((info.x_velocity ?? Number.NaN) - i)
    assert.ok(Math.abs(rows.reward[i]! - want) < 1e-6, `task ${i}: ${rows.reward[i]}, not ${want}`)
  }
})

test("gymnasium:HalfCheetah-v5 runs either way, by the weight of its reward for speed", {
  skip: without("mujoco")
}, () => {
  const family = right(source.family("gymnasium:HalfCheetah-v5"))
  const { infos } = played(family, { n: 2, parameter: "forward_reward_weight", values: "1,-1" }, 5)
  for (const [i, { x_velocity = Number.NaN, reward_forward }] of infos.entries())
    assert.equal(reward_forward, i === 0 ? x_velocity : -x_velocity)
})

test("an id asks for a target velocity of runners only", { skip: without("mujoco") }, () => {
  for (const [name, pattern] of [
    ["CartPole-v1?target=velocity", /infos tell x_velocity/],
    ["HalfCheetah-v5?target=speed", /target=velocity.*target=speed/]
  ] as const) {
    const refused = source.environment(`gymnasium:${name}`)
    assert.match(Either.isLeft(refused) ? refused.left.message : "nothing", pattern)
  }
})

test("gymnasium:highway-fast-v0 takes the keys of its config", {
  skip: without("highway_env")
}, () => {
  const family = right(source.family("gymnasium:highway-fast-v0"))
  const { rows, infos } = played(family, { n: 2, parameter: "config.vehicles_count", values: "3,12" }, 2)
  assert.ok(rows.reward.every((r) => r >= 0 && r <= 1))
  assert.deepEqual([...rows.episodeLength], [2, 2])
  assert.ok(infos.every((i) => (i.speed ?? 0) > 10))
})
