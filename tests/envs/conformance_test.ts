import assert from "node:assert/strict"
import { test } from "node:test"
import * as Either from "fp-ts/lib/Either.js"
import { type Floats, uniform } from "../../core/random/mod.ts"
import {
  type Dynamics,
  type Environment,
  environment,
  environmentFindings,
  type Family,
  family,
  familyFindings,
  integer,
  number,
  type Outcome,
  standard
} from "../../envs/mod.ts"

/** A point that walks: sound, so that one change breaks one law. */
const point = (change: Partial<Dynamics> = {}, record: Partial<Environment> = {}): Environment => ({
  ...environment({
    id: "Point-v0",
    version: "1",
    summary: "a walk",
    observation: {
      _tag: "Box",
      low: [-99, -99],
      high: [99, 99],
      names: ["x", "t"],
      units: ["m", "s"],
      dtype: "float32"
    },
    action: { _tag: "Discrete", n: 2, names: ["left", "right"] },
    parameters: { width: number(1, "m", 0, 9, "of the first states") },
    maxEpisodeSteps: 30,
    secondsPerStep: 1,
    dynamics: ({ width }) => ({
      stateSize: 2,
      observationSize: 2,
      actionSize: 1,
      reset: (state, at, stream) => {
        state[at] = uniform(stream, -width, width)
        state[at + 1] = 0
      },
      step: (state, at, actions, actionAt, _stream, outcome) => {
        state[at]! += 0.1 * (actions[actionAt]! - 0.5)
        state[at + 1]! += 1
        outcome.reward = state[at]!
        outcome.terminated = state[at + 1]! > 12
      },
      observe: (state, at, out, outAt) => {
        out[outAt] = state[at]!
        out[outAt + 1] = state[at + 1]!
      },
      ...change
    })
  }),
  ...record
})

const sound = Either.getOrElseW(() => assert.fail("no dynamics"))(point().make({}))

test("an environment without mistakes has no findings, nor have those of the package", () => {
  assert.deepEqual(environmentFindings(point()), [])
  for (const f of standard.families) assert.deepEqual(familyFindings(f), [])
})

/** A sound step, then this. */
const afterStep = (
  change: (state: Float64Array, at: number, outcome: Outcome, actions: Floats, actionAt: number) => void
): Partial<Dynamics> => ({
  step: (s, at, a, i, r, o) => {
    sound.step(s, at, a, i, r, o)
    change(s, at, o, a, i)
  }
})

/** A first state of 0 and this. */
const from = (x: () => number): Partial<Dynamics> => ({
  reset: (s, at) => {
    s[at] = x()
    s[at + 1] = 0
  }
})

let shared = 0
let last: Floats | undefined
const box = point().observation

const mistakes: readonly (readonly [what: string, env: () => Environment, law: RegExp, found: RegExp])[] = [
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
    () => point(afterStep((_s, _at, o, _a, _i) => void (o.reward = 1 / 0))),
    /finite/,
    /reward 0 is Infinity/
  ],
  [
    "whose reward is no number",
    () => point(afterStep((_s, _at, o, _a, _i) => void (o.reward = "1" as never))),
    /fills the outcome/,
    /reward is a string/
  ],
  [
    "whose end is a number",
    () => point(afterStep((_s, _at, o, _a, _i) => void (o.terminated = 0 as never))),
    /fills the outcome/,
    /terminated is 0/
  ],
  [
    "that forgets to say when it goes on",
    () =>
      point({
        step: (s, at, a, i, r, o) => {
          const before = o.terminated
          sound.step(s, at, a, i, r, o)
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
        afterStep((_, __, o, a, i) => {
          o.reward = last?.[0] ?? 0
          last = a.subarray(i)
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
  ["that takes any parameter", () => point({}, { make: () => point().make({}) }), /out of range/, /accepted width/],
  [
    "that changes the actions",
    () => point(afterStep((_s, _at, _o, a, i) => void (a[i] = 0))),
    /nothing outside its part/,
    /changed the actions/
  ],
  [
    "whose observe() changes the state",
    () => point({ observe: (s, at, out, to) => sound.observe(s, s[at] === 0 ? at : at + 0 * (s[at]! += 1), out, to) }),
    /observe\(\) changes nothing/,
    /changed the state/
  ],
  ["whose picture is none", () => point({ render: () => "<html>" }), /SVG/, /<html>/]
]

for (const [what, env, law, found] of mistakes)
  test(`the laws find an environment ${what}, and say how to mend it`, () => {
    const all = environmentFindings(env())
    const one = all.find((f) => law.test(f.law) && found.test(f.found))
    assert.ok(one, JSON.stringify(all, undefined, 1))
    assert.ok(one.fix.length > 10 && !one.fix.includes("\n") && !one.advice)
  })

test("the laws find float32 bounds that rounding oversteps", () => {
  const high = 0.1 // its float32 is larger
  const env = point(
    { observe: (_, __, out, to) => void out.fill(high, to, to + 2) },
    { observation: { ...box, high: [0.1, 0.1] } as never }
  )
  assert.equal(
    environmentFindings(env).some((f) => /rounded/.test(f.law)),
    false
  )
  const tight = { ...env, observation: { ...env.observation, low: [-1, -1], high: [0.09999999, 0.1] } as never }
  assert.ok(environmentFindings(tight).some((f) => /rounded/.test(f.law)))
})

test("unbounded actions and constant components are advice, not mistakes", () => {
  const env = point({}, { observation: { ...box, low: [-99, 99] } as never })
  assert.ok(environmentFindings(env).some((f) => f.advice && /varies/.test(f.law)))
  const action = {
    _tag: "Box",
    low: [-Infinity],
    high: [Infinity],
    names: ["u"],
    units: ["N"],
    dtype: "float32"
  } as const
  assert.deepEqual(
    environmentFindings(point({}, { action })).map((f) => f.advice),
    [true]
  )
})

const walks = (change: Partial<Family>): Family => ({
  ...family({
    id: "walks",
    summary: "walks",
    environment: point(),
    options: { n: integer(4, "tasks", 1, 9, "number of tasks") },
    tasks: ({ n }) => ({ tasks: Array.from({ length: n }, (_, i) => ({ id: `${i}`, params: { width: i } })) }),
    draw: (_, key, count) => ({
      tasks: Array.from({ length: count }, (_, i) => ({
        id: `${i}`,
        params: { width: Number(key.spawnKey.length % 9) }
      }))
    })
  }),
  ...change
})

test("the laws find families with repeated ids, tasks out of range, and draws that ignore the count", () => {
  assert.deepEqual(familyFindings(walks({})), [])
  const set = (params: object, ids = ["a", "b", "c"]) =>
    Either.right({ tasks: ids.map((id) => ({ id, environment: "Point-v0", params })), planted: undefined }) as never
  const found = (change: Partial<Family>) =>
    familyFindings(walks(change))
      .map((f) => f.found)
      .join("\n")
  assert.match(found({ tasks: () => set({}, ["a", "a", "b"]) }), /ids repeat/)
  assert.match(found({ tasks: () => set({ width: 10 }) }), /width.*from 0 to 9 m, got 10/)
  assert.match(found({ tasks: () => set({}) }), /accepted no_such_option/)
  assert.match(found({ draw: () => set({}) }), /asked for 4, got 3/)
})
