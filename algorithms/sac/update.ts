/** Updates from the replay: rows are drawn and gathered, then a step is taken on them. */
import { Effect } from "effect"
import { fillNormal, type Stream } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { realOf } from "../../core/service/real.ts"
import { Session } from "../../core/service/session.ts"
import { pauseEvery } from "../environment_runner.ts"
import { type Replay, sampleRows } from "../replay/mod.ts"
import type { EnvironmentRunner } from "../rollouts.ts"
import { batchOf, metricNames, type Networks } from "./mathematics.ts"
import { type Inputs, type Stepping, stepper } from "./step.ts"

/** Where a transition's numbers stand in its row of the replay; the task's one-hot is not stored. */
export interface RowLayout {
  /** Numbers of one observation. */
  readonly observationSize: number
  readonly action: number
  readonly next: number
  readonly reward: number
  readonly terminated: number
  readonly width: number
}

export const rowLayout = ({ policy }: Networks): RowLayout => {
  const observationSize = policy.inputs - policy.taskIds.length
  const next = observationSize + policy.actionSize
  const reward = next + observationSize
  return { observationSize, action: observationSize, next, reward, terminated: reward + 1, width: reward + 2 }
}

/** When an update is, and what it takes beside the replay. */
export interface UpdateAt {
  readonly stream: Stream
  /** What was taken from observations before they were rounded. */
  readonly origin: Float64Array
  /** Iterations done before. */
  readonly iteration: number
}

/** Makes updates ready. After each, `metrics` holds its own, `[5, T]`. */
export const updater = Effect.fn("sac.updater")(function* (u: Omit<Stepping, "inputs" | "out">) {
  const session = yield* Session
  const Real = realOf(session)
  const { config, networks: n, tasks } = u
  const { inputs, actionSize } = n.policy
  const batch = batchOf(config, tasks)
  const input: Inputs = {
    observation: new Real(batch * inputs),
    nextObservation: new Real(batch * inputs),
    action: new Real(batch * actionSize),
    reward: new Real(batch),
    terminated: new Real(batch),
    noise: new Real(batch * n.actionKind.noise),
    nextNoise: new Real(batch * n.actionKind.noise)
  }
  const out = new Real(metricNames.length * tasks)
  const { flops, take } = yield* stepper({ ...u, inputs: input, out })
  const pause = pauseEvery(flops)
  const rows = new Int32Array(batch)
  const { observationSize, action, next, reward, terminated, width } = rowLayout(n)
  const [observation, nextObservation] = [new Float64Array(observationSize), new Float64Array(observationSize)]

  /** Copies the drawn rows out of the replay, back from their origin; which task it is, is in what the network sees now. */
  const gather = ({ memory, environments }: Replay, x: EnvironmentRunner, origin: Float64Array): void => {
    for (let k = 0; k < batch; k++) {
      const from = rows[k]! * width
      const to = k * inputs
      const place = (rows[k]! % environments) * inputs
      for (let i = 0; i < observationSize; i++) {
        input.observation[to + i] = observation[i] = memory[from + i]! + origin[i]!
        input.nextObservation[to + i] = nextObservation[i] = memory[from + next + i]! + origin[i]!
      }
      x.normaliser.observation(input.observation, to, observation, 0)
      x.normaliser.observation(input.nextObservation, to, nextObservation, 0)
      for (let i = observationSize; i < inputs; i++) {
        input.observation[to + i] = x.input[place + i]!
        input.nextObservation[to + i] = x.input[place + i]!
      }
      for (let i = 0; i < actionSize; i++) input.action[k * actionSize + i] = memory[from + action + i]!
      input.reward[k] = memory[from + reward]!
      input.terminated[k] = memory[from + terminated]!
    }
    const rewards = x.normaliser.rewards(input.reward, (k) => Math.floor((k * tasks) / batch))
    if (rewards !== input.reward) input.reward.set(rewards)
  }

  const update = Effect.fnUntraced(function* (
    replay: Replay,
    x: EnvironmentRunner,
    { stream: s, origin, iteration }: UpdateAt
  ) {
    yield* fromEither(sampleRows(replay, tasks, s, rows))
    gather(replay, x, origin)
    fillNormal(s, input.noise)
    fillNormal(s, input.nextNoise)
    yield* take(s, iteration)
    yield* pause
  })
  return { metrics: out, update }
})
