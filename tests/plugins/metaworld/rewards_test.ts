import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { gaussian, hamacher, longTail, prism, tolerance } from "../../../plugins/metaworld/measure.ts"
import { mt10 } from "../../../plugins/metaworld/mt10.ts"
import type { Start } from "../../../plugins/metaworld/task.ts"
import { type ReferenceEpisode, referenceOf } from "./reference.ts"

const share = fc.double({ min: 0, max: 1, noNaN: true })
const length = fc.double({ min: 1e-3, max: 10, noNaN: true })

/** The reference computes in part with single-precision actions: 7e-7 of a reward of up to 10. */
const TOLERANCE = 2e-6

test("tolerance() is 1 within its bounds, 0.1 a margin away, and falls from there to there", () =>
  fc.assert(
    fc.property(length, length, length, share, share, (low, width, margin, near, far) => {
      const high = low + width
      for (const fall of [longTail, gaussian]) {
        const at = (x: number) => tolerance(x, low, high, margin, fall)
        assert.equal(at(low + near * (high - low)), 1)
        assert.ok(Math.abs(at(high + margin) - 0.1) < 1e-9 && Math.abs(at(low - margin) - 0.1) < 1e-9)
        const [nearer, farther] = [Math.min(near, far), Math.max(near, far)]
        assert.ok(at(high + nearer) >= at(high + farther) && at(low - nearer) >= at(low - farther))
      }
    })
  ))

test("hamacher() is a t-norm: commutative, 1 its neutral element, below both, and rising in each", () =>
  fc.assert(
    fc.property(share, share, share, (a, b, c) => {
      assert.equal(hamacher(a, b), hamacher(b, a))
      assert.ok(Math.abs(hamacher(a, 1) - a) < 1e-15)
      assert.ok(hamacher(a, b) <= Math.min(a, b) + 1e-15)
      assert.ok(hamacher(Math.min(a, c), b) <= hamacher(Math.max(a, c), b) + 1e-15)
    })
  ))

test("prism() is the share of a box between two corners, in either order, and 1 outside", () => {
  const corners = [0, 0, 0, 2, -4, 8]
  assert.equal(prism([1, -2, 4], corners, 0, 3), 1 / 8)
  assert.equal(prism([1, -1, 4], corners, 3, 0), 0.5 * 0.75 * 0.5)
  assert.equal(prism([1, 1, 4], corners, 0, 3), 1)
})

const numbers = (x: unknown): number[] => (Array.isArray(x) ? x.map(Number) : [])

/** How the episode began, as the reference kept it. */
const startOf = (episode: ReferenceEpisode): Start => {
  const { after_reset: kept, rand_vec } = episode
  const part = numbers(kept.window_handle_pos_init ?? kept.peg_head_pos_init)
  return {
    vector: Float64Array.from(rand_vec),
    goal: Float64Array.from(numbers(kept._target_pos)),
    object: Float64Array.from(numbers(kept.obj_init_pos)),
    tcp: Float64Array.from(numbers(kept.init_tcp)),
    part: Float64Array.from(part.length > 0 ? part : [Number(kept._obj_to_target_init)])
  }
}

const partsOf = ({ reward_inputs: read, after_reset: kept }: ReferenceEpisode, step: number): readonly number[] => {
  const corners = kept.collision_box_sites
  if (corners === undefined) return read.doorjoint_qpos?.[step] ?? []
  const names = ["bottom_right_corner", "top_left_corner"]
  const all = ["1", "2"].flatMap((box) => names.flatMap((name) => corners[`${name}_collision_box_${box}`] ?? []))
  return [...(read.pegHead?.[step] ?? []), ...all]
}

for (const task of mt10)
  test(`the rewards and successes of ${task.id} are the reference's, from what it read of its simulator`, () => {
    for (const episode of referenceOf(task.id).episodes) {
      const start = startOf(episode)
      const { tcp_center, leftpad, rightpad } = episode.reward_inputs
      for (const [step, obs] of episode.obs.entries()) {
        const observation = Float64Array.from(obs)
        const now = {
          observation,
          object: observation.subarray(4, 7),
          tcp: tcp_center[step]!,
          leftPad: leftpad[step]!,
          rightPad: rightpad[step]!,
          parts: Float64Array.from(partsOf(episode, step))
        }
        const got = task.reward(now, start, episode.actions[step]![3]!)
        const want = episode.rewards[step]!
        assert.ok(Math.abs(got - want) <= TOLERANCE, `step ${step}: want ${want}, got ${got}`)
        assert.equal(task.solved(now, start), episode.info.success[step] === 1, `step ${step}`)
      }
    }
  })
