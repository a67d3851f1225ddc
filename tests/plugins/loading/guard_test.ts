import assert from "node:assert/strict"
import { test } from "node:test"
import * as Either from "fp-ts/lib/Either.js"
import { zeroKey } from "../../../core/random/mod.ts"
import {
  cartPole,
  type Dynamics,
  type EnvError,
  type Environment,
  makeRows,
  type OpenBatch,
  parameterError,
  taskBatch
} from "../../../envs/mod.ts"
import { replay } from "../../../envs/replay.ts"
import { guardedEnvironment } from "../../../plugins/loading/guard.ts"

const right = <A>(x: Either.Either<{ readonly message: string }, A>): A => {
  if (Either.isLeft(x)) throw new Error(x.left.message)
  return x.right
}
const whole = right(cartPole.make({}))

/** Cart-poles of a plugin, with this change to their dynamics. */
const changed = (change: (d: Dynamics) => Partial<Dynamics>): Environment =>
  guardedEnvironment({ ...cartPole, make: () => Either.right({ ...whole, ...change(whole) }) }, "odd")

/** The sentence of what a replay of some actions comes to, refused or thrown. */
const sentence = (env: Environment): string => {
  try {
    const played = replay(env, {}, zeroKey, [0, 1, 0])
    return Either.isLeft(played) ? played.left.message : "nothing"
  } catch (e) {
    return e instanceof Error ? `${e.name}: ${e.message}` : String(e)
  }
}

const mistakes: readonly (readonly [what: string, change: (d: Dynamics) => Partial<Dynamics>, says: RegExp])[] = [
  [
    "observes too few numbers",
    () => ({ observe: (state, at, out, outAt) => out.set(state.subarray(at, at + 3), outAt) }),
    /observe\(\) of CartPole-v1: want 4 numbers .*, got none for component 3 \(theta_dot\)/
  ],
  [
    "observes too many numbers",
    () => ({ observe: (_, __, out, outAt) => out.fill(0, outAt, outAt + 5) }),
    /observe\(\) of CartPole-v1: want 4 numbers .*, got one before or behind them/
  ],
  [
    "writes beside its state",
    (d) => ({
      reset: (state, at, stream) => {
        d.reset(state, at, stream)
        state[at - 1] = 0
      }
    }),
    /reset\(\) of CartPole-v1: want 4 numbers written to state/
  ],
  [
    "observes NaN",
    () => ({ observe: (_, __, out, outAt) => out.fill(Number.NaN, outAt, outAt + 4) }),
    /PluginError: .*observe\(\) of CartPole-v1, from plugin odd: want finite numbers, got NaN as component 0 \(x\)/
  ],
  [
    "rewards infinitely",
    (d) => ({
      step: (s, at, a, r, outcome) => {
        d.step(s, at, a, r, outcome)
        outcome.reward = 1 / 0
      }
    }),
    /PluginError: .*step\(\) of CartPole-v1.*want a finite number as outcome\.reward, got Infinity/
  ],
  [
    "ends by a number",
    (d) => ({
      step: (s, at, a, r, outcome) => {
        d.step(s, at, a, r, outcome)
        Object.assign(outcome, { terminated: 0 })
      }
    }),
    /want true or false as outcome\.terminated, got 0/
  ],
  ["throws in its reset", () => ({ reset: () => assert.fail("no map") }), /call reset\(\) .*from plugin odd.*no map/]
]

for (const [what, change, says] of mistakes)
  test(`a plugin's environment that ${what} says so, instead of teaching nonsense`, () =>
    assert.match(sentence(changed(change)), says))

test("what a plugin's pictures and scenes throw names them; a scene that is none is refused", () => {
  const [state, size] = [new Float64Array(4), { width: 1, height: 1 }]
  const fails = () => assert.fail("no light")
  const d = right(changed(() => ({ picture: fails, scene: { bodies: fails, place: fails } })).make({}))
  assert.throws(() => d.picture?.(state, 0, size), /call picture\(\) of CartPole-v1, from plugin odd.*no light/)
  assert.throws(() => d.scene?.bodies(), /call scene\.bodies\(\) of CartPole-v1, from plugin odd.*no light/)
  assert.throws(() => d.scene?.place(state, 0, state), /call scene\.place\(\) of CartPole-v1.*no light/)
  const none = sentence(changed(() => ({ scene: { bodies: fails } as never })))
  assert.match(none, /scene of CartPole-v1: want an object with the functions bodies and place, or nothing/)
})

test("a sound environment plays behind its guard as before", () =>
  assert.deepEqual(
    replay(
      changed(() => ({})),
      {},
      zeroKey,
      [0, 1]
    ),
    replay(cartPole, {}, zeroKey, [0, 1])
  ))

const remote = { rewardSize: 0, rewards: new Float64Array(), close: () => {} }

/** Cart-poles of a plugin that are opened, by this change to the batch. */
const opening = (change: object): OpenBatch => {
  const { open: _, ...here } = cartPole
  return (members) =>
    Either.map((batch: object) => ({
      ...batch,
      remote: { ...remote, infos: () => assert.fail("no infos") },
      ...change
    }))(
      taskBatch(
        here,
        members.map((m, i) => ({ id: `${i}`, params: m.params })),
        1,
        zeroKey
      )
    ) as ReturnType<OpenBatch> // what a plugin returns may be anything
}

test("what a plugin refuses with that is no failure of this package is told in one", () => {
  const plain: EnvError = JSON.parse('{"_tag": "ParameterError", "message": "too heavy"}')
  const refuses = guardedEnvironment({ ...cartPole, make: () => Either.left(plain) }, "odd")
  assert.match(sentence(refuses), /^Cannot use make\(\) of CartPole-v1: want a failure .*, got too heavy$/)
  const proper = parameterError({ doing: "set mass", want: "less", got: "more", parameter: "mass" })
  assert.equal(sentence(guardedEnvironment({ ...cartPole, make: () => Either.left(proper) }, "odd")), proper.message)
})

test("a batch that a plugin opens is checked, and what it throws names plugin, environment and function", () => {
  const opened = (change: object | OpenBatch) => {
    const open = typeof change === "function" ? (change as OpenBatch) : opening(change)
    return taskBatch(guardedEnvironment({ ...cartPole, open }, "odd"), [{ id: "a", params: {} }], 2, zeroKey)
  }
  const message = (change: object | OpenBatch): string => {
    const found = opened(change)
    return Either.isLeft(found) ? found.left.message : "nothing"
  }
  assert.equal(message({}), "nothing")
  assert.match(message({ count: 1 }), /open\(\)\.count of CartPole-v1: want 2, got 1/)
  assert.match(message({ observationSize: 3 }), /observationSize of CartPole-v1: want 4, got 3/)
  assert.match(message({ save: undefined }), /open\(\)\.save .*want a function, got undefined; add it/)
  assert.match(message({ remote: undefined }), /open\(\)\.remote\.infos .*want a function/)
  assert.match(message((() => 7) as never), /open\(\) of CartPole-v1: want an Either of a batch, got number/)
  assert.throws(
    () => message(() => assert.fail("no server")),
    /call open\(\) of CartPole-v1, from plugin odd.*no server/
  )
  const batch = right(opened({ step: () => assert.fail("gone") }))
  const rows = makeRows(2, 4)
  batch.reset(rows.observation)
  assert.throws(() => batch.step(new Float64Array(2), rows), /call step\(\) of CartPole-v1, from plugin odd.*gone/)
  assert.throws(() => batch.remote?.infos(), /remote\.infos\(\).*no infos/)
})
