/** The pass over given rows that takes gradients: what every task shows at θ★, as if it had been played here. */
import { Effect, Stream } from "effect"
import type { Policy } from "../../algorithms/mod.ts"
import type { Floats } from "../../core/random/mod.ts"
import { realOf } from "../../core/service/real.ts"
import { Session } from "../../core/service/session.ts"
import { blocksOf, gradientOfRows, MOST_BLOCKS, rowsOfCall } from "../stages/surrogate/block_gradients.ts"
import { CHECKED_ROWS } from "../stages/surrogate/estimate.ts"
import type { SeenTask } from "../stages/surrogate/gradients.ts"
import { judged } from "../stages/surrogate/observe.ts"
import type { Columns } from "./columns.ts"
import type { GivenPolicy, RowEncoder } from "./encode.ts"
import type { RowChunk, RowSource } from "./rows.ts"
import type { Survey } from "./survey.ts"
import type { TaskRows } from "./task_rows.ts"

/** Environments side by side from which on each block is the whole time of some of them; below, a block is some time of all. */
const SIDE_BY_SIDE = 8

/**
 * Independent parts of a task's rows, and which one a row is in: the parts that the job would make of as many environments,
 * or, of fewer than {@link SIDE_BY_SIDE}, stretches of time.
 */
export const partsOf = ({ count, environments, environment }: TaskRows) => {
  if (environments < SIDE_BY_SIDE) {
    const blocks = Math.min(MOST_BLOCKS, count)
    return { blocks, of: (row: number): number => Math.floor((row * blocks) / count) }
  }
  const blocks = blocksOf({ environments })
  // The block whose environments are those from ⌊b·E/B⌋ to before ⌊(b + 1)·E/B⌋.
  const places = Int32Array.from({ length: environments }, (_, e) => {
    let b = Math.floor((e * blocks) / environments)
    while (Math.floor(((b + 1) * environments) / blocks) <= e) b++
    return b
  })
  return { blocks, of: (row: number): number => places[environment[row]!]! }
}

/** What is seen of a task beside its gradients. */
export const seenTask = (task: TaskRows, unit: number): Omit<SeenTask, "visited" | "blocks" | "gradients"> => {
  const { count, episodes } = task
  // Where nothing is told of returns, they are asked for by nobody: gains are predicted instead.
  const { episodeLength = 1, episodeReturn = 0, range = [0, 0] as const, rewards = [0, 0] as const } = episodes ?? {}
  return { transitions: count, unit, episodeLength, episodeReturn, range, rewards }
}

/** A task's weights Â_t / (rows of its block), block by block. */
export const weighed = (task: TaskRows, normalise: boolean) => {
  const { advantages, unit } = judged(task.advantage, normalise, task.episodes?.indifferent === true)
  const parts = partsOf(task)
  const sizes = new Int32Array(parts.blocks)
  for (let row = 0; row < task.count; row++) sizes[parts.of(row)]! += 1
  return { advantages, unit, sizes, ...parts }
}

/** Rows of one block that wait for a call. */
interface Waiting {
  readonly observation: Float32Array | Float64Array
  readonly action: Float32Array | Float64Array
  readonly weight: Float32Array | Float64Array
  rows: number
}

/**
 * Mean of Â_t·∇log π over each block of each task, to the bits of `blockGradients` on the same rows; memory is that of the rows that
 * wait for a call. The advantages of the tasks are standardised in place.
 *
 * - Errors: `ArgumentError` where the policy makes no program; `FileError`; `SessionError`, `SessionLost`.
 */
export const seeRows = Effect.fn("given.seeRows")(function* (
  source: RowSource,
  columns: Columns,
  { tasks, taskOf }: Pick<Survey, "tasks" | "taskOf">,
  { policy, theta, encoder }: GivenPolicy & { readonly encoder: RowEncoder },
  normalise: boolean
) {
  const Real = realOf(yield* Session)
  const { inputs, actionSize } = policy
  const parts = tasks.map((task) => weighed(task, normalise))
  const size = rowsOfCall(parts.map(({ sizes }) => Math.max(...sizes)))
  const { batch, gradient, call } = yield* gradientOfRows(policy, theta, size)
  const sums = parts.map(({ blocks }) => new Float64Array(blocks * policy.size))
  const left = parts.map(({ sizes }) => Int32Array.from(sizes))
  const waiting = parts.map(({ blocks }) => new Array<Waiting | undefined>(blocks))
  const free: Waiting[] = []
  const visited = tasks.map(({ count }) => visitedRows(Math.min(CHECKED_ROWS, count), policy))
  const rowOf = new Int32Array(tasks.length)

  const flush = Effect.fnUntraced(function* (t: number, b: number) {
    const w = waiting[t]![b]!
    batch.observation.set(w.observation)
    batch.action.set(w.action)
    batch.weight.fill(0).set(w.weight.subarray(0, w.rows))
    yield* call
    const into = sums[t]!.subarray(b * policy.size, (b + 1) * policy.size)
    for (let i = 0; i < into.length; i++) into[i]! += gradient[i]!
    w.rows = 0
    if (left[t]![b] === 0) {
      free.push(w)
      waiting[t]![b] = undefined
    }
  })
  const [seen, done] = [columns.observation!.name, columns.action!.name]
  let row = 0
  const take = Effect.fnUntraced(function* ({ count, numbers }: RowChunk) {
    const [observation, action] = [numbers[seen]!, numbers[done]!]
    for (let r = 0; r < count; r++) {
      const t = taskOf[row++]!
      if (t < 0) continue
      const k = rowOf[t]!++
      const { advantages, sizes, of } = parts[t]!
      const b = of(k)
      const w = (waiting[t]![b] ??= free.pop() ?? makeWaiting(size, policy, Real))
      encoder.observation(observation, r * inputs, w.observation, w.rows * inputs)
      encoder.action(action, r * actionSize, w.action, w.rows * actionSize)
      w.weight[w.rows] = advantages[k]! / sizes[b]!
      visited[t]!.take(k, w)
      w.rows++
      left[t]![b]! -= 1
      if (w.rows === size || left[t]![b] === 0) yield* flush(t, b)
    }
    yield* Effect.yieldNow
  })
  yield* source.read([seen, done]).pipe(Stream.runForEach(take))
  return tasks.map(
    (task, t): SeenTask => ({
      ...seenTask(task, parts[t]!.unit),
      blocks: parts[t]!.blocks,
      gradients: Float32Array.from(sums[t]!),
      visited: visited[t]!.rows
    })
  )
}, Effect.scoped)

const makeWaiting = (
  size: number,
  { inputs, actionSize }: Policy,
  Real: new (length: number) => Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>
): Waiting => ({
  observation: new Real(size * inputs),
  action: new Real(size * actionSize),
  weight: new Real(size),
  rows: 0
})

/** The first rows of a task, for the first-order check. */
const visitedRows = (count: number, { inputs, actionSize }: Policy) => {
  const [observation, action] = [new Float64Array(count * inputs), new Float64Array(count * actionSize)]
  const copy = (from: Floats, row: number, width: number, to: Float64Array, k: number): void =>
    to.set(from.subarray(row * width, (row + 1) * width), k * width)
  return {
    rows: { count, observation, action },
    take: (k: number, w: Waiting): void => {
      if (k >= count) return
      copy(w.observation, w.rows, inputs, observation, k)
      copy(w.action, w.rows, actionSize, action, k)
    }
  }
}
