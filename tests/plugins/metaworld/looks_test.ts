/** Scenes without their looks beside the whole ones. */
import assert from "node:assert/strict"
import { test } from "node:test"
import * as Either from "fp-ts/lib/Either.js"
import { fillRandom, stream, zeroKey } from "../../../core/random/mod.ts"
import { POSE } from "../../../envs/mod.ts"
import { layoutOf } from "../../../plugins/metaworld/layout.ts"
import { withoutLooks } from "../../../plugins/metaworld/looks.ts"
import { mt10 } from "../../../plugins/metaworld/mt10.ts"
import { type ModelSource, openEngine, packModel, packs, visibleOf } from "../../../plugins/mujoco/mod.ts"
import { dynamicsFor, unavailable } from "./pack.ts"

const right = <A>(x: Either.Either<{ readonly message: string }, A>): A => {
  if (Either.isLeft(x)) assert.fail(x.left.message)
  return x.right
}

const engine = () => right(openEngine("3.3.8"))
const source = (scene: string) => right(packModel(packs.metaworld, `metaworld/assets/sawyer_xyz/${scene}.xml`))

/** States of 250 steps, the hand drawn about and into the table and the gripper closed. */
const moved = (from: ModelSource): readonly Float64Array[] => {
  const model = right(engine().model(from))
  const data = model.sharedData()
  const v = right(data.floats(["qpos", "qvel", "ctrl", "mocap_pos", "xpos"]))
  const draws = stream(zeroKey)
  const target = new Float64Array(3)
  const states: Float64Array[] = []
  for (let i = 0; i < 10; i++) {
    fillRandom(draws, target)
    v.mocap_pos().set([0.4 * target[0]! - 0.2, 0.5 + 0.4 * target[1]!, 0.2 * target[2]! - 0.05])
    v.ctrl().set([0.5, -0.5])
    data.step(25)
    states.push(v.qpos().slice(), v.qvel().slice(), v.xpos().slice())
  }
  model.close()
  return states
}

for (const scene of new Set(mt10.map((task) => task.scene)))
  test(`${scene} moves to the same bits without its looks`, unavailable, () => {
    assert.deepEqual(moved(withoutLooks(source(scene))), moved(source(scene)))
  })

test("what is seen of a task is the whole scene, where the simulation has it", unavailable, () => {
  const task = mt10.find(({ id }) => id === "drawer-open-v3")!
  const d = dynamicsFor(task, [Float64Array.of(0.1, 0.9, 0)])
  const state = new Float64Array(d.stateSize)
  d.reset(state, 0, stream(zeroKey))
  const full = right(engine().model(source(task.scene)))
  const bodies = right(visibleOf(full, full.sharedData())).bodies()
  const shown = d.scene!.bodies()
  const goal = 1
  assert.equal(shown.length, bodies.length + goal)
  assert.deepEqual(shown.slice(0, -goal), bodies)
  const poses = new Float64Array(POSE * shown.length)
  d.scene!.place(state, 0, poses)
  const v = right(full.sharedData().floats(["qpos", "qvel", "mocap_pos", "mocap_quat"]))
  const placed = right(full.floats(["body_pos"]))
  placed.body_pos().set([0.1, 0.9, 0], 3 * right(full.id("body", "drawer")))
  const { qpos, mocap } = layoutOf(v.qpos().length, v.qvel().length)
  v.qpos().set(state.subarray(qpos, qpos + v.qpos().length))
  v.mocap_pos().set(state.subarray(mocap, mocap + 3))
  v.mocap_quat().set([1, 0, 1, 0])
  full.sharedData().kinematics()
  const wanted = new Float64Array(POSE * bodies.length)
  right(visibleOf(full, full.sharedData())).place(wanted)
  assert.deepEqual(poses.subarray(0, wanted.length), wanted)
  full.close()
})
