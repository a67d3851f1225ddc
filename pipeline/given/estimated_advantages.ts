/** Advantages of given rows that bring rewards alone: by GAE, with the critic of the policy's file, or one fitted to each task. */
import { Effect, Stream } from "effect"
import type { Policy } from "../../algorithms/mod.ts"
import { gaeInto } from "../../core/estimate/mod.ts"
import type { Network } from "../../core/network/mod.ts"
import * as T from "../../core/program/mod.ts"
import type { Floats } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { realOf } from "../../core/service/real.ts"
import { Session } from "../../core/service/session.ts"
import { ownAdvantages } from "../stages/surrogate/observe.ts"
import type { Columns } from "./columns.ts"
import type { RowEncoder } from "./encode.ts"
import type { RowSource } from "./rows.ts"
import type { Survey } from "./survey.ts"
import type { TaskRows } from "./task_rows.ts"

/** v(s), with its parameters. */
export interface GivenCritic {
  readonly network: Network
  readonly theta: Floats
}

/** How advantages are estimated; fields as in `AdvantageConfig`. */
export interface GivenAdvantages {
  readonly gamma: number
  readonly lambda: number
  readonly baseline: "task" | "critic"
  readonly critic?: GivenCritic | undefined
}

/** Numbers of observations that are held at once, at most, but that of one task all are. */
const HELD = 2 ** 26

/**
 * The tasks with advantages, in the order of their rows.
 *
 * Of what a row led to, the observation is that of the next row of its environment, but where the column is there or the episode ended;
 * where neither tells it, it is taken to be worth what the row's own is.
 *
 * - Errors: `ArgumentError` where γ or λ are outside of [0, 1]; `FileError`; `SessionError`, `SessionLost`.
 */
export const estimatedAdvantages = Effect.fn("given.estimatedAdvantages")(function* (
  source: RowSource,
  columns: Columns,
  { tasks, taskOf }: Pick<Survey, "tasks" | "taskOf">,
  of: { readonly policy: Policy; readonly encoder: RowEncoder },
  how: GivenAdvantages
) {
  const { inputs } = of.policy
  const estimate = how.critic === undefined ? undefined : yield* critic(how.critic)
  const out: TaskRows[] = []
  // What one task after the other needs is taken once: collected late, several of it would be there.
  const rows = tasks.reduce((most, t) => Math.max(most, t.count), 0)
  const room = { sorted: new Float32Array(rows * inputs), reached: new Float32Array(rows * inputs) }
  const all = tasks.reduce((sum, t) => sum + t.count, 0)
  const store = makeStore(Math.min(all, Math.max(rows, Math.floor(HELD / inputs))) * inputs, columns)
  for (let first = 0; first < tasks.length; ) {
    let [last, numbers] = [first, 0]
    while (last < tasks.length && (last === first || numbers + tasks[last]!.count * inputs <= HELD)) {
      numbers += tasks[last++]!.count * inputs
    }
    const held = yield* gathered(source, columns, { tasks, taskOf, first, last }, of, store)
    for (const [i, { observation, next }] of held.entries()) {
      const task = tasks[first + i]!
      const order = inOrder(task)
      const columnsOf = transitionsOf(task, order, { observation, next, inputs }, room)
      const value =
        estimate === undefined ? new Float64Array(task.count) : yield* estimate(columnsOf.observation, task.count)
      const nextValue =
        estimate === undefined ? new Float64Array(task.count) : yield* estimate(columnsOf.nextObservation, task.count)
      const advantage = new Float64Array(task.count)
      // Without a critic the first targets are returns.
      const lambda = estimate === undefined ? 1 : how.lambda
      const { reward, terminated, truncated } = columnsOf
      yield* fromEither(
        gaeInto(how.gamma, lambda, 1)({ reward, value, next: nextValue, terminated, truncated }, advantage)
      )
      const fitted = how.baseline === "task" || estimate === undefined
      const t = { ...columnsOf, value, nextValue, advantage }
      const sorted = fitted ? yield* ownAdvantages(t, how.gamma, how.lambda, of.policy) : advantage
      const back = new Float64Array(task.count)
      for (const [place, row] of order.entries()) back[row] = sorted[place]!
      out.push({ ...task, advantage: back })
      yield* Effect.yieldNow
    }
    first = last
  }
  return out
})

/** Rows of one environment after the other, each in time. */
const inOrder = ({ count, environment, environments }: TaskRows): Int32Array => {
  if (environments === 1) return Int32Array.from({ length: count }, (_, i) => i)
  const ends = new Int32Array(environments + 1)
  for (const e of environment) ends[e + 1]! += 1
  for (let e = 0; e < environments; e++) ends[e + 1]! += ends[e]!
  const order = new Int32Array(count)
  for (let row = 0; row < count; row++) {
    const e = environment[row]!
    order[ends[e]!] = row
    ends[e]! += 1
  }
  return order
}

/** What GAE and a fitted baseline take, in that order: an environment that stops in the middle of an episode is cut there. */
const transitionsOf = (
  task: TaskRows,
  order: Int32Array,
  {
    observation,
    next,
    inputs
  }: { readonly observation: Float32Array; readonly next: Float32Array | undefined; readonly inputs: number },
  room: { readonly sorted: Float32Array; readonly reached: Float32Array }
) => {
  const { count, environment } = task
  const sorted = room.sorted.subarray(0, count * inputs)
  const reached = room.reached.subarray(0, count * inputs)
  const [reward, terminated, truncated] = [new Float64Array(count), new Uint8Array(count), new Uint8Array(count)]
  const copy = (from: Float32Array, row: number, to: Float32Array, place: number): void =>
    to.set(from.subarray(row * inputs, (row + 1) * inputs), place * inputs)
  for (let place = 0; place < count; place++) {
    const row = order[place]!
    const after = order[place + 1]
    const ends = after === undefined || (environment[row] ?? 0) !== (environment[after] ?? 0)
    reward[place] = task.reward[row]!
    terminated[place] = task.terminated[row]!
    truncated[place] = ends || task.truncated[row] === 1 ? 1 : 0
    copy(observation, row, sorted, place)
    if (next !== undefined) copy(next, row, reached, place)
    else copy(observation, truncated[place] === 1 || after === undefined ? row : after, reached, place)
  }
  return {
    task: task.id,
    count,
    environments: 1,
    observation: sorted,
    nextObservation: reached,
    reward,
    terminated,
    truncated,
    action: sorted,
    logProb: reward,
    episodes: { returns: [], lengths: [] }
  }
}

/** Room for observations, and for those that they led to where a column tells them. */
const makeStore = (numbers: number, { nextObservation }: Columns) => ({
  observation: new Float32Array(numbers),
  next: nextObservation === undefined ? undefined : new Float32Array(numbers)
})

/** Observations, as the network sees them, of the tasks from `first` to before `last`. */
const gathered = Effect.fnUntraced(function* (
  source: RowSource,
  columns: Columns,
  { tasks, taskOf, first, last }: Pick<Survey, "tasks" | "taskOf"> & { readonly first: number; readonly last: number },
  { policy: { inputs }, encoder }: { readonly policy: Policy; readonly encoder: RowEncoder },
  store: ReturnType<typeof makeStore>
) {
  const [own, after] = [columns.observation!.name, columns.nextObservation?.name]
  let taken = 0
  const held = tasks.slice(first, last).map(({ count }) => {
    const from = taken
    taken += count * inputs
    return {
      observation: store.observation.subarray(from, taken),
      next: store.next?.subarray(from, taken),
      rows: 0
    }
  })
  let row = 0
  yield* source.read(after === undefined ? [own] : [own, after]).pipe(
    Stream.runForEach(({ count, numbers }) =>
      Effect.sync(() => {
        for (let r = 0; r < count; r++, row++) {
          const into = held[taskOf[row]! - first]
          if (into === undefined) continue
          const at = into.rows++ * inputs
          encoder.observation(numbers[own]!, r * inputs, into.observation, at)
          if (into.next !== undefined) encoder.observation(numbers[after!]!, r * inputs, into.next, at)
        }
      })
    )
  )
  return held
})

/** Rows of one call of the critic's program. */
const ROWS = 512

/** v of so many observations. */
const critic = Effect.fnUntraced(function* ({ network, theta }: GivenCritic) {
  const session = yield* Session
  const Real = realOf(session)
  const value = T.program("given value", { theta: [network.layout.size], x: [ROWS, network.inputs] }, (p) => ({
    value: T.reshape(network.forward(p.theta, p.x).output, [ROWS])
  }))
  const exe = yield* session.compile(yield* fromEither(value))
  const [x, into] = [new Real(ROWS * network.inputs), new Real(ROWS)]
  const call = exe.run({ theta: Real.from(theta), x }, { value: into })
  return Effect.fnUntraced(function* (observation: Floats, count: number) {
    const out = new Float64Array(count)
    for (let from = 0; from < count; from += ROWS) {
      const rows = Math.min(ROWS, count - from)
      x.set(observation.subarray(from * network.inputs, (from + rows) * network.inputs))
      yield* call
      out.set(into.subarray(0, rows), from)
    }
    return out
  })
})
