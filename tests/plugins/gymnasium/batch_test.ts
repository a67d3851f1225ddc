import assert from "node:assert/strict"
import { existsSync, readdirSync } from "node:fs"
import { after, test } from "node:test"
import * as Either from "fp-ts/lib/Either.js"
import { child, integers, type Key, key as keyOf, stream, zeroKey } from "../../../core/random/mod.ts"
import type { Batch, Rows } from "../../../envs/batch.ts"
import type { Environment } from "../../../envs/env.ts"
import {
  beginEpisode,
  cartPole,
  frozenLake,
  limitOf,
  type Params,
  pendulum,
  recordEpisode,
  replay,
  type Task,
  taskBatch
} from "../../../envs/mod.ts"
import { flatten, sample } from "../../../envs/space.ts"
import { makeRows } from "../../../envs/vector.ts"
import { bridge, odd, right, skip } from "./support.ts"

const source = bridge()
const twice = bridge({ processes: 2 })
after(() => {
  source.close()
  twice.close()
})

const plain: readonly Pick<Task, "id" | "params">[] = [{ id: "a", params: {} }]
const cart = (from = source): Environment => right(from.environment("gymnasium:CartPole-v1"))

/** Every number of so many steps under actions of the environment's space that the key decides. */
const trace = (batch: Batch, env: Environment, steps: number, key: Key, fresh = true): readonly Rows[] => {
  const first = makeRows(batch.count, batch.observationSize)
  if (fresh) batch.reset(first.observation)
  const s = stream(key)
  const actions = new Float64Array(batch.count * batch.actionSize)
  return [
    first,
    ...Array.from({ length: steps }, () => {
      for (let i = 0; i < batch.count; i++) sample(env.action, s, actions, i * batch.actionSize)
      const rows = makeRows(batch.count, batch.observationSize)
      batch.step(actions, rows)
      return rows
    })
  ]
}

test("gymnasium:CartPole-v1 gives the native environment's numbers, to the bit, over many episodes", { skip }, () => {
  const tasks = [0.3, 9.8, 30].map((gravity) => ({ id: `g${gravity}`, params: { gravity } }))
  const from = child(zeroKey, "test")
  const native = trace(right(taskBatch(cartPole, tasks, 2, from)), cartPole, 300, zeroKey)
  assert.ok(native.some((rows) => rows.terminated.includes(1)))
  for (const env of [cart(), cart(twice)])
    assert.deepEqual(trace(right(taskBatch(env, tasks, 2, from)), env, 300, zeroKey), native)
  assert.equal(twice.processes(), 2)
})

for (const [native, params, bridged] of [
  [cartPole, {}, "CartPole-v1"],
  [cartPole, { length: 2, derived_recomputed: false }, "CartPole-v1"],
  [pendulum, { g: 5 }, "Pendulum-v1"],
  [frozenLake, {}, "FrozenLake-v1"]
] as const)
  test(`replay of gymnasium:${bridged} is that of ${native.id} ${JSON.stringify(params)}`, { skip }, () => {
    const env = right(source.environment(`gymnasium:${bridged}`))
    const s = stream(zeroKey)
    const action = new Float64Array(1)
    const actions = Array.from({ length: 250 }, () => {
      sample(native.action, s, action, 0)
      return native.action._tag === "Discrete" ? action[0] : [Math.fround(action[0]!)]
    })
    const { derived_recomputed: _, ...given } = { derived_recomputed: true, ...params }
    const from = right(keyOf(11))
    const [ours, theirs] = [right(replay(native, params, from, actions)), right(replay(env, given, from, actions))]
    assert.equal(limitOf(native, right(native.make(params))), env.maxEpisodeSteps)
    assert.equal(theirs.steps.length, ours.steps.length)
    const far = (a: readonly number[], b: readonly number[]) => Math.max(...a.map((x, i) => Math.abs(x - b[i]!)))
    for (const [t, step] of ours.steps.entries()) {
      assert.ok(far(step.obs, theirs.steps[t]!.obs) <= 1e-6, `step ${t}`)
      assert.ok(Math.abs(step.reward - theirs.steps[t]!.reward) <= 1e-6)
      assert.deepEqual([step.terminated, step.truncated], [theirs.steps[t]!.terminated, theirs.steps[t]!.truncated])
    }
  })

test("replay() of an environment in Python refuses actions and parameters as natively", { skip }, () => {
  const refused = (params: Readonly<Record<string, number>>, actions: readonly unknown[]) => {
    const result = replay(cart(), params, zeroKey, actions)
    return Either.isLeft(result) ? result.left.message : "nothing"
  }
  assert.match(refused({}, [0, 2]), /Cannot take action 1 of gymnasium:CartPole-v1: want Discrete\(2\).*got 2/)
  assert.match(refused({ lenght: 1 }, [0]), /Cannot set parameter "lenght".*did you mean "length"\?/)
})

test("saved episodes go on elsewhere where they were, and what is no state is refused", { skip }, () => {
  for (const env of [cart(), odd(source, "Own"), odd(source, "Vectors")]) {
    const tasks = [...plain, { id: "b", params: {} }]
    const batch = right(taskBatch(env, tasks, 2, zeroKey))
    trace(batch, env, 37, zeroKey)
    const saved = batch.save()
    const part = batch.save(1, 3)
    const on = trace(batch, env, 30, child(zeroKey, 1), false)
    const other = right(taskBatch(env.id.includes("CartPole") ? cart(twice) : env, tasks, 2, child(zeroKey, 2)))
    other.reset(makeRows(4, batch.observationSize).observation)
    right(other.load(saved))
    assert.deepEqual(other.save(), saved)
    right(other.load(part, 1, 3))
    assert.deepEqual(trace(other, env, 30, child(zeroKey, 1), false), on)
    for (const wrong of [
      { ...saved, states: "[]" },
      { ...saved, streams: ["", "", "", ""] },
      { ...saved, lengths: [1] },
      { ...saved, returns: "" }
    ])
      assert.equal(Either.isLeft(other.load(wrong)), true)
  }
})

test("an environment that sees the time cannot be taken up again, and says so; its batch goes on", { skip }, () => {
  const env = odd(source, "Clock")
  const batch = right(taskBatch(env, plain, 1, zeroKey))
  trace(batch, env, 2, zeroKey)
  const refused = batch.load(batch.save())
  assert.match(
    Either.isLeft(refused) ? refused.left.message : "",
    /want episodes that generator and actions decide .* got another observation after 2 steps/
  )
  assert.equal(trace(batch, env, 3, zeroKey, false)[2]?.episodeLength[0], 4)
  assert.equal(batch.fault(), undefined)
})

test("trees of spaces become one vector and one number, as Gymnasium flattens them", { skip }, () => {
  const env = odd(source, "Shapes")
  assert.equal(env.action._tag === "Discrete" && env.action.n, 12)
  const batch = right(taskBatch(env, plain, 1, zeroKey))
  const rows = makeRows(1, batch.observationSize)
  batch.reset(rows.observation)
  for (const [action, reward] of [
    [0, 0],
    [11, 121],
    [5, 21]
  ] as const) {
    batch.step(Float64Array.of(action), rows)
    assert.equal(rows.reward[0], reward)
  }
  // By name: the box; the pair's bits, and its {0, 1} × {0, 1, 2} as two one-hots; {5, 6, 7} as one-hot.
  assert.deepEqual([...rows.nextObservation], [1, 2, 3, 3, 1, 0, 0, 1, 0, 0, 1, 0, 1, 0])
  assert.equal(rows.terminated[0], 0)
  assert.equal(rows.truncated[0], 1)
})

test("images come by shared memory: in full, with first ones at each end, and nothing of it is left", { skip }, () => {
  const files = () => (existsSync("/dev/shm") ? readdirSync("/dev/shm").filter((f) => f.startsWith("pgex-")) : [])
  const before = files()
  const env = odd(source, "Image")
  const width = 84 * 84 * 4
  const [all, alone] = [2, 1].map((n) => right(taskBatch(env, plain, n, zeroKey)))
  assert.deepEqual(files(), before)
  const [rows, row] = [makeRows(2, width), makeRows(1, width)]
  all!.reset(rows.observation)
  alone!.reset(row.observation)
  for (let t = 1; t <= 9; t++) {
    all!.step(Float64Array.of(0, 2), rows)
    alone!.step(Float64Array.of(0), row)
    for (const name of ["nextObservation", "observation"] as const) {
      const [many, one] = [rows[name], row[name]]
      assert.ok(one.every((x, i) => x === many[i]))
      // Neighbours differ by 1, but where they begin anew.
      assert.ok(many.every((x, i) => i % width === 0 || (x - many[i - 1]! + 251) % 251 === 1))
    }
    assert.deepEqual([...rows.terminated], t % 4 === 0 ? [1, 1] : [0, 0])
    assert.equal(rows.observation[0] === rows.nextObservation[0], t % 4 !== 0)
  }
  right(all!.load(all!.save()))
  for (const batch of [all, alone]) batch!.remote?.close()
})

test("vector rewards are kept, and their weighted sum is the reward", { skip }, () => {
  const env = odd(source, "Vectors")
  const tasks = [...plain, { id: "b", params: { reward_weight_0: 0, reward_weight_1: 10 } }]
  const batch = right(taskBatch(env, tasks, 1, zeroKey))
  const rows = makeRows(2, 2, Float64Array)
  batch.reset(rows.observation)
  batch.step(Float64Array.of(0.5, -0.25, 3, -1, 1, 5), rows)
  assert.equal(batch.remote?.rewardSize, 2)
  assert.deepEqual([...(batch.remote?.rewards ?? [])], [0.5, 3, -1, 5])
  assert.deepEqual([...rows.reward], [3.5, 50])
  assert.equal(flatten(env.action, [0, 0, 6]), undefined)
})

test("numbers of info are told by name, success among them, also of the step that ended", { skip }, () => {
  const env = odd(source, "Counting", "?start=7")
  const batch = right(taskBatch(env, [...plain, { id: "b", params: { bonus: 2 } }], 1, zeroKey))
  const rows = makeRows(2, 2, Float64Array)
  batch.reset(rows.observation)
  for (let t = 1; t <= 4; t++) {
    batch.step(Float64Array.of(2, 0), rows)
    const [first] = right(batch.remote?.infos() ?? assert.fail())
    const { pid, ...told } = first!
    assert.ok(pid! > 0)
    assert.deepEqual(told, { success: t === 4 ? 1 : 0, "nested.action": 1 })
  }
  assert.deepEqual([...rows.reward], [1, 1])
  assert.deepEqual([rows.nextObservation[0], rows.observation[0]], [11, 7])
})

test("spaces that have no place here are refused by name, and so are arguments that change them", { skip }, () => {
  const refusal = (name: string) => {
    const env = source.environment(`gymnasium:oddities:odd/${name}-v0`)
    return Either.isLeft(env) ? env.left.message : "nothing"
  }
  assert.match(refusal("Wide"), /want at most 65536 actions, got 1099511627776 in MultiBinary/)
  assert.match(refusal("Text"), /want Box, Discrete, .* got Text\(/)
  assert.match(refusal("Countin"), /did you mean "gymnasium:oddities:odd\/Counting-v0"\?/)
  const sized = taskBatch(odd(source, "Sized"), [{ id: "a", params: { size: 3 } }], 1, zeroKey)
  assert.match(
    Either.isLeft(sized) ? sized.left.message : "",
    /want the same spaces in all tasks: 2 numbers seen, .* got 3 numbers seen/
  )
  const three = odd(source, "Sized", "?size=3")
  assert.equal(three.observation._tag === "Box" && three.observation.low.length, 3)
  const absent = source.environment("gymnasium:no_such_module:A-v0")
  assert.match(Either.isLeft(absent) ? absent.left.message : "", /want a module no_such_module, got No module named/)
})

test("an episode in Python is begun, stepped and recorded as a native one is", { skip }, () => {
  const episode = right(beginEpisode(cart(), {}, zeroKey))
  const native = right(beginEpisode(cartPole, {}, zeroKey))
  assert.deepEqual(episode.observation, native.observation)
  const refusal = (action: unknown): string => {
    const step = episode.step(action)
    return Either.isLeft(step) ? step.left.message : "nothing"
  }
  assert.match(refusal(Number.NaN), /Cannot take action 0 of gymnasium:CartPole-v1: want Discrete\(2\).*, got NaN$/)
  assert.match(refusal([0, 1]), /got \[0,1\]$/)
  for (let over = false; !over; ) {
    const step = right(episode.step(1))
    assert.deepEqual(step, right(native.step(1)))
    over = step.terminated
  }
  assert.match(refusal(1), /want at most \d+ actions: the episode ended, got one more; begin another episode/)
  episode.close()
  const alternating = (_: unknown, t: number): number => t % 2
  const recorded = right(recordEpisode(cart(), {}, zeroKey, alternating))
  const { actions, steps, obs } = right(recordEpisode(cartPole, {}, zeroKey, alternating))
  assert.deepEqual([recorded.actions, recorded.steps, recorded.obs], [actions, steps, obs])
})

test("of environments that no batch uses any more, some hundreds are kept", { skip }, () => {
  const env = odd(source, "Herd")
  let most = 0
  for (let start = 0; start < 400; start++) {
    const batch = right(taskBatch(env, [{ id: "a", params: { start } }], 1, zeroKey))
    const rows = makeRows(1, 2)
    batch.reset(rows.observation)
    batch.step(Float64Array.of(0), rows)
    assert.equal(rows.nextObservation[0], start + 1)
    if (start % 40 === 39) most = Math.max(most, right(batch.remote!.infos())[0]!.alive!)
    batch.remote?.close()
  }
  assert.ok(most > 200 && most < 300, `${most}`)
})

test("plain attributes of the classes are parameters too, and honoured", { skip }, () => {
  const env = right(source.environment("gymnasium:Acrobot-v1"))
  const played = (params: Params) => {
    const batch = right(taskBatch(env, [{ id: "a", params }], 1, zeroKey))
    const seen = trace(batch, env, 20, zeroKey)
    batch.remote?.close()
    return seen
  }
  assert.deepEqual(played({ LINK_MASS_1: 1 }), played({}))
  assert.notDeepEqual(played({ LINK_MASS_1: 3 }), played({}))
})

test("environments are used again by later batches, whose numbers do not show it", { skip }, () => {
  const env = odd(source, "Own")
  const run = () => {
    const batch = right(taskBatch(env, plain, 3, zeroKey))
    const seen = trace(batch, env, 20, zeroKey)
    batch.remote?.close()
    return seen
  }
  const first = run()
  trace(right(taskBatch(env, plain, 3, child(zeroKey, integers(stream(zeroKey), 0, 9)))), env, 5, zeroKey)
  assert.deepEqual(run(), first)
})

test("a closed batch does nothing and says why; the dynamics of such an environment cannot be had", { skip }, () => {
  const batch = right(taskBatch(cart(), plain, 1, zeroKey))
  batch.remote?.close()
  const rows = makeRows(1, 4)
  batch.reset(rows.observation)
  assert.deepEqual([...rows.observation], [0, 0, 0, 0])
  assert.match(batch.fault()?.message ?? "", /want an open batch, got one that was closed/)
  const made = cart().make({})
  assert.match(Either.isLeft(made) ? made.left.message : "", /want a batch of it, opened/)
  assert.equal(Either.isLeft(taskBatch(cart(), [], 1, zeroKey)), true)
})
