/** Environments that break one law each, or as few as can be. */
import assert from "node:assert/strict"
import { type Floats, uniform } from "../../core/random/mod.ts"
import { type Body, type Camera, type Environment, number, type Scene } from "../../envs/mod.ts"
import { afterStep, from, point, sound } from "./point.ts"

let shared = 0
let looks = 0
let last: Floats | undefined
const box = point().observation

const bytes = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value)
const camera: Camera = { from: [0, -3, 1], to: [0, 0, 0], fovy: 45 }
const corner = { points: Float64Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0), faces: Int32Array.of(0, 1, 2) }
const ball: Body = { kind: "solid", solid: corner, scale: [1, 1, 1], colour: [1, 0, 0, 1] }
/** A body whose third axis is of this length. */
const placed = (length: number): Scene => ({
  bodies: () => [ball],
  place: (state, at, poses) => {
    poses.set([state[at]!, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, length])
    return camera
  }
})

/** What is wrong, an environment of that kind, the law that says so, and what it finds. */
export const mistakes: readonly (readonly [what: string, env: () => Environment, law: RegExp, found: RegExp])[] = [
  [
    "whose reset throws",
    () => point({ reset: () => assert.fail("no map") }),
    /throw nothing/,
    /^reset\(\) throws AssertionError.*no map/
  ],
  [
    "of the wrong observation size",
    () => point({ observationSize: 3 }),
    /sizes that the spaces have/,
    /observationSize .*want 2, .*got 3/
  ],
  ["of the wrong action size", () => point({ actionSize: 2 }), /sizes that the spaces have/, /want 1, .*got 2/],
  ["without step()", () => point({ step: undefined as never }), /sizes that the spaces have/, /step .*a function/],
  [
    "whose make() gives no Either",
    () => point({}, { make: (() => sound) as never }),
    /sizes that the spaces have/,
    /want an Either/
  ],
  [
    "with low above high",
    () => point({}, { observation: { ...box, low: [1, 100] } as never }),
    /spaces are spaces/,
    /low\[1\]: want at most 99, got 100/
  ],
  ["without an end", () => point({}, { maxEpisodeSteps: 0 }), /own numbers/, /integer from 1, got 0/],
  [
    "that observes fewer numbers than it says",
    () => point({ observe: (state, at, out, outAt) => void (out[outAt] = state[at]!) }),
    /observe\(\) writes every component/,
    /want 2 numbers, component 1/
  ],
  [
    "that observes more numbers than it says",
    () => point({ observe: (s, at, out, to) => [0, 1, 2].forEach((i) => void (out[to + i] = s[at + (i % 2)]!)) }),
    /outside its part/,
    /observation outside/
  ],
  [
    "that observes beyond its bounds",
    () => point({}, { observation: { ...box, high: [99, 3] } as never }),
    /within their space/,
    /component 1: 4 is outside \[-99, 3\]/
  ],
  [
    "that observes NaN",
    () => point({ observe: (_, _at, out, to) => void out.fill(Number.NaN, to, to + 2) }),
    /finite/,
    /NaN/
  ],
  [
    "whose reward is infinite",
    () => point(afterStep((_s, _at, o) => void (o.reward = 1 / 0))),
    /finite/,
    /reward 0 is Infinity/
  ],
  [
    "whose reward is no number",
    () => point(afterStep((_s, _at, o) => void (o.reward = "1" as never))),
    /fills the outcome/,
    /reward is a string/
  ],
  [
    "whose end is a number",
    () => point(afterStep((_s, _at, o) => void (o.terminated = 0 as never))),
    /fills the outcome/,
    /terminated is 0/
  ],
  [
    "that forgets to say when it goes on",
    () =>
      point({
        step: (s, at, a, r, o) => {
          const before = o.terminated
          sound.step(s, at, a, r, o)
          if (!o.terminated) o.terminated = before
        }
      }),
    /fills the outcome/,
    /what was in the outcome before shows/
  ],
  ["that draws from Math.random", () => point(from(() => Math.random())), /Math\.random/, /calls in/],
  ["that ignores its seed", () => point(from(() => 0)), /another key changes/, /keys 1 to 4/],
  [
    "whose instances share a variable",
    () => point(from(() => shared++ % 7)),
    /do not know of each other/,
    /observation 0/
  ],
  [
    "that leaves something of the episode before",
    () => point({ reset: (s, at, stream) => void (s[at] = uniform(stream, -1, 1)) }),
    /reset\(\) writes the whole state/,
    /observation/
  ],
  [
    "that keeps the caller's buffer",
    () =>
      point(
        afterStep((_, __, o, a) => {
          o.reward = last?.[0] ?? 0
          last = a
        })
      ),
    /no call keeps a buffer/,
    /NaN/
  ],
  [
    "that ignores a parameter",
    () => point({}, { make: () => point().make({}) }),
    /each parameter is honoured/,
    /"width" changes nothing/
  ],
  [
    "that refuses every value but the default",
    () => point({}, { make: (p) => point().make("width" in p ? { width: -1 } : {}) }),
    /each parameter is honoured/,
    /"width" changes nothing/
  ],
  ["that takes any parameter", () => point({}, { make: () => point().make({}) }), /out of range/, /accepted width/],
  [
    "that changes the actions",
    () => point(afterStep((_s, _at, _o, a) => void (a[0] = 0))),
    /nothing outside its part/,
    /changed the actions/
  ],
  [
    "whose observe() changes the state",
    () => point({ observe: (s, at, out, to) => sound.observe(s, s[at] === 0 ? at : at + 0 * (s[at]! += 1), out, to) }),
    /observe\(\) changes nothing/,
    /changed the state/
  ],
  ["whose picture is none", () => point({ render: () => "<html>" }), /SVG/, /<html>/],
  [
    "whose picture is of its own size",
    () => point({ picture: () => ({ width: 1, height: 1, rgb: new Uint8Array(3) }) }),
    /size that was asked for/,
    /asked for 32 x 24, got 1 x 1/
  ],
  [
    "whose picture lacks a channel",
    () => point({ picture: (_, __, { width, height }) => ({ width, height, rgb: new Uint8Array(width * height) }) }),
    /size that was asked for/,
    /want a Uint8Array of 2304, got 768/
  ],
  [
    "whose picture counts pictures",
    () =>
      point({ picture: (_, __, { width, height }) => ({ width, height, rgb: bytes(3 * width * height, looks++) }) }),
    /decided by the state alone/,
    /the same state looks different/
  ],
  [
    "that draws where its state is",
    () => point({ scene: { bodies: () => [], place: (state, at) => ({ ...camera, fovy: (state[at]! += 1) && 45 }) } }),
    /looking at an episode changes nothing/,
    /looked at or not: observation/
  ],
  ["that forgets a pose", () => point({ scene: { bodies: () => [ball], place: () => camera } }), /poses/, /0 is NaN/],
  ["that mirrors a body", () => point({ scene: placed(-1) }), /a scene's bodies/, /axes are left-handed/],
  ["that stretches a body", () => point({ scene: placed(2) }), /a scene's bodies/, /axes 2 and 2 have the product 4/],
  [
    "whose triangle has no third corner",
    () =>
      point({
        scene: { ...placed(1), bodies: () => [{ ...ball, solid: { ...corner, faces: Int32Array.of(0, 1, 3) } }] }
      }),
    /a scene's bodies/,
    /body 0: faces that are not three of 3 points/
  ],
  [
    "that looks from where it looks at",
    () => point({ scene: { ...placed(1), bodies: () => [], place: () => ({ ...camera, to: camera.from }) } }),
    /a scene's bodies/,
    /looks at where it is/
  ],
  [
    "whose default is out of range",
    () => point({}, { parameters: { width: number(20, "m", 0, 9, "of the first states") } }),
    /every default is valid/,
    /want a number from 0 to 9 m, got 20/
  ],
  [
    "that takes unknown parameters",
    () => point({}, { make: ({ width }) => point().make(width === undefined ? {} : { width }) }),
    /an unknown parameter is refused/,
    /accepted widthx/
  ],
  [
    "whose variant is none",
    () => point({}, { variants: [{ parameter: "width", values: "2", example: { width: 2 }, of: () => undefined }] }),
    /would change the spaces/,
    /accepted {"width":2}/
  ],
  [
    "whose success is a number",
    () => point({ succeeded: () => 1 as never }),
    /succeeded\(\) is true or false/,
    /got 1/
  ],
  [
    "whose success changes the state",
    () => point({ succeeded: (state, at) => (state[at]! += 1) > 0 }),
    /succeeded\(\) is true or false/,
    /changed the state|of an array/
  ],
  [
    "that counts its steps elsewhere",
    () => {
      let steps = 0
      return point(afterStep((_s, _at, o) => void (o.reward = steps++)))
    },
    /equal keys|all state is in the state array/,
    /reward/
  ],
  [
    "whose bounds a float32 oversteps",
    () =>
      point(
        { observe: (_, __, out, to) => void out.fill(0.1, to, to + 2) },
        { observation: { ...box, low: [-1, -1], high: [0.09999999, 0.1] } as never }
      ),
    /rounded to the space's dtype/,
    /component 0/
  ]
]
