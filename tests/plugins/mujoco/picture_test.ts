import assert from "node:assert/strict"
import { test } from "node:test"
import * as E from "fp-ts/lib/Either.js"
import { zeroKey } from "../../../core/random/mod.ts"
import { beginEpisode, type Camera, type Environment, type Picture, type Point } from "../../../envs/mod.ts"
import { metaworldTasks } from "../../../plugins/metaworld/mod.ts"
import {
  draw,
  halfCheetah,
  modelOfText,
  openEngine,
  pictures,
  type Shape,
  visibleOf
} from "../../../plugins/mujoco/mod.ts"
import { box, sphere } from "../../../plugins/mujoco/picture/solids.ts"
import { unavailable } from "../metaworld/pack.ts"
import { without } from "./support.ts"

const UNTURNED = [1, 0, 0, 0, 1, 0, 0, 0, 1]
const size = { width: 200, height: 160 }
const camera: Camera = { from: [0, -4, 0], to: [0, 0, 0], fovy: 40 }

const solid = (
  form: typeof sphere,
  scale: Point,
  position: Point,
  colour: readonly [number, number, number]
): Shape => ({
  kind: "solid",
  solid: form,
  scale,
  pose: { position, turn: UNTURNED },
  colour: [...colour, 1]
})
const floor = (z: number): Shape => ({
  kind: "plane",
  half: [0, 0],
  pose: { position: [0, 0, z], turn: UNTURNED },
  colour: [0, 1, 0, 1]
})

const at = ({ width, rgb }: Picture, x: number, y: number): readonly number[] => [
  ...rgb.subarray(3 * (width * y + x)).slice(0, 3)
]
const isRed = ([r, g, b]: readonly number[]): boolean => r! > 60 && g === 0 && b === 0
const isGreen = ([r, g, b]: readonly number[]): boolean => g! > 60 && r === 0 && b === 0
const count = (picture: Picture, is: (pixel: readonly number[]) => boolean): number => {
  let n = 0
  for (let y = 0; y < picture.height; y++) for (let x = 0; x < picture.width; x++) if (is(at(picture, x, y))) n++
  return n
}

test("a sphere's silhouette has the area of its projection, in the middle or beside it", () => {
  const [r, distance] = [0.8, 4]
  const k = size.height / 2 / Math.tan((20 * Math.PI) / 180)
  // The cone of half angle α that touches a sphere, cut at an angle θ off its axis by the picture: an ellipse with the half
  // axes k·sinα·cosα/(cos²θ − sin²α) and k·sinα/√(cos²θ − sin²α). 1 % is for facets (0.3 %) and pixels at the edge.
  for (const [x, z] of [
    [0, 0],
    [0.5, 0.3]
  ] as const) {
    const picture = draw([solid(sphere, [r, r, r], [x, 0, z], [1, 0, 0])], camera, size)
    const far2 = distance ** 2 + x ** 2 + z ** 2
    const sin2 = r ** 2 / far2
    const rest = distance ** 2 / far2 - sin2
    const area = (Math.PI * k * k * sin2 * Math.sqrt(1 - sin2)) / rest ** 1.5
    const found = count(picture, isRed)
    assert.ok(Math.abs(found / area - 1) < 0.01, `${found} pixels of ${area}`)
  }
})

test("the nearer hides the farther, in whatever order they are drawn", () => {
  const shapes = [solid(sphere, [0.5, 0.5, 0.5], [0, -1, 0], [1, 0, 0]), solid(box, [1, 0.1, 1], [0, 1, 0], [0, 1, 0])]
  const picture = draw(shapes, camera, size)
  assert.deepEqual(draw(shapes.toReversed(), camera, size), picture)
  assert.ok(isRed(at(picture, 100, 80)))
  assert.ok(isGreen(at(picture, 100, 36)))
  const clear: Shape = { ...shapes[0]!, colour: [1, 0, 0, 0.5] }
  const [r, g] = at(draw([clear, shapes[1]!], camera, size), 100, 80)
  assert.ok(r! > 30 && g! > 30, "through a red glass the green is seen")
})

test("of two surfaces that cross each is seen where it is nearer", () => {
  // Tilted by 45 degrees about the z axis: left half of it nearer than y = 0, right half farther.
  const c = Math.SQRT1_2
  const tilted: Shape = {
    ...solid(box, [2, 0.001, 2], [0, 0, 0], [1, 0, 0]),
    pose: { position: [0, 0, 0], turn: [c, -c, 0, c, c, 0, 0, 0, 1] }
  }
  const picture = draw([tilted, solid(box, [2, 0.001, 2], [0, 0, 0], [0, 1, 0])], camera, size)
  for (let y = 60; y < 100; y += 10) {
    assert.ok(isRed(at(picture, 97, y)) && isGreen(at(picture, 103, y)), String(y))
  }
})

test("a floor that passes below and behind the camera fills what is below the horizon, as a box with such a top does", () => {
  const picture = draw([floor(-1)], camera, size)
  const top = draw([solid(box, [300, 300, 1], [0, 0, -2], [0, 1, 0])], camera, size)
  for (let x = 0; x < size.width; x++) {
    assert.deepEqual([isGreen(at(picture, x, 79)), isGreen(at(top, x, 78))], [false, false])
    for (let y = 82; y < size.height; y++) assert.ok(isGreen(at(picture, x, y)) && isGreen(at(top, x, y)), `${x}, ${y}`)
  }
  assert.equal(count(draw([floor(1)], camera, size), isGreen), 0, "from below it is not seen")
})

test("something behind the camera, or around it, is cut off", () => {
  assert.equal(count(draw([solid(sphere, [1, 1, 1], [0, -6, 0], [1, 0, 0])], camera, size), isRed), 0)
  assert.equal(count(draw([solid(sphere, [1, 1, 1], [0, -4, 0], [1, 0, 0])], camera, size), isRed), 200 * 160)
})

const XML = `<mujoco><worldbody>
  <geom type="sphere" size="0.8" rgba="1 0 0 1"/>
  <geom type="box" size="9 9 9" pos="0 -4 0" rgba="0 1 0 1" group="3"/>
  <body pos="1.5 0 0"><freejoint/><geom type="cylinder" size="0.3 0.5" rgba="0 0 1 1"/></body>
</worldbody></mujoco>`

test("of a model the visible shapes are drawn where its simulation has them, and marks beside", {
  skip: without("3.14.0")
}, () => {
  const engine = openEngine("3.14.0")
  assert.ok(E.isRight(engine))
  const model = engine.right.model(modelOfText("shapes.xml", XML))
  assert.ok(E.isRight(model))
  const data = model.right.data()
  const visible = visibleOf(model.right, data)
  const views = data.floats(["qpos"])
  assert.ok(E.isRight(visible) && E.isRight(views))
  const isBlue = ([r, g, b]: readonly number[]): boolean => b! > 60 && r === 0 && g === 0
  const { picture: pictureOf } = pictures({
    label: "shapes",
    visible: visible.right,
    enter: (state, at) => {
      views.right.qpos().set(state.subarray(at, at + 7))
      data.kinematics()
    },
    camera: () => camera,
    marks: [{ position: () => [0, -2, 0.5], radius: 0.05, colour: [1, 1, 0, 1] }]
  })
  const picture = pictureOf(Float64Array.of(1.5, 0, 0, 1, 0, 0, 0), 0, size)
  // Its front is at y = −0.3; k = 219.8: 0.6 m wide and 1 m high there, about 36 x 59 pixels.
  const cylinder = count(picture, isBlue)
  assert.ok(Math.abs(cylinder / (36 * 59) - 1) < 0.1, String(cylinder))
  assert.ok(isRed(at(picture, 100, 80)))
  assert.equal(count(picture, isGreen), 0, "group 3 is what collides")
  assert.ok(count(picture, ([r, g, b]) => r! > 60 && g! > 60 && b === 0) > 10)
  const behind = Float64Array.of(0, 5, 0, 1, 0, 0, 0)
  assert.equal(count(pictureOf(behind, 0, size), isBlue), 0, "behind the sphere")
  data.close()
  model.right.close()
})

const STEPS = 8

/** First and last picture of some steps under one action, and the last as SVG. */
const ends = (env: Environment, action: readonly number[]): readonly [Picture, Picture, string] => {
  const begun = beginEpisode(env, {}, zeroKey)
  assert.ok(E.isRight(begun), E.isLeft(begun) ? begun.left.message : "")
  const first = begun.right.picture(size)
  const seen = Array.from({ length: STEPS }, () => begun.right.step(action))
  assert.ok(seen.every(E.isRight))
  const last = begun.right.picture(size)
  assert.ok(first !== undefined && last !== undefined)
  // Looking changes nothing: the same steps without it end in the same observation.
  const unseen = beginEpisode(env, {}, zeroKey)
  assert.ok(E.isRight(unseen))
  assert.deepEqual(
    Array.from({ length: STEPS }, () => unseen.right.step(action)),
    seen
  )
  return [first, last, begun.right.render() ?? ""]
}

const [reach] = metaworldTasks
const shown: readonly (readonly [Environment, readonly number[], string | false])[] = [
  [halfCheetah, [1, 1, 1, -1, -1, -1], without("3.14.0")],
  [reach!, [1, 1, 0.5, 1], unavailable.skip]
]
for (const [env, action, skip] of shown)
  test(`${env.id} is seen, and seen to move`, { skip }, () => {
    const [first, last, svg] = ends(env, action)
    for (const { rgb } of [first, last]) {
      const colours = new Set(Array.from({ length: rgb.length / 3 }, (_, i) => rgb.subarray(3 * i, 3 * i + 3).join()))
      assert.ok(colours.size > 50, `${colours.size} colours`)
    }
    const changed = first.rgb.filter((x, i) => x !== last.rgb[i]).length
    assert.ok(changed > 200, `${changed} numbers changed`)
    assert.match(svg, /^<svg [^>]+><image width="320" height="240" href="data:image\/png;base64,[\w+/=]+"\/><\/svg>$/)
  })
