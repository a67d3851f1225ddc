/** One step of an update: one call of the session, or a few where an aggregator weighs the tasks' gradients. */
import { Effect } from "effect"
import type { Aggregator } from "../../core/aggregate/mod.ts"
import type { Stream } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { type Buffer, Session, type SessionFailure } from "../../core/service/session.ts"
import { combiner } from "../combination.ts"
import type { DeviceState } from "./device_state.ts"
import { metricNames } from "./mathematics.ts"
import {
  actorGradientProgram,
  actorStepProgram,
  criticGradientProgram,
  criticStepProgram,
  type Moved,
  namesOf,
  type Updating,
  updateProgram
} from "./update_program.ts"

type Numbers = Float32Array | Float64Array

/** What a step learns from, filled by the caller: a batch of the replay, and normal numbers. */
export interface Inputs {
  readonly observation: Numbers
  readonly nextObservation: Numbers
  readonly action: Numbers
  readonly reward: Numbers
  readonly terminated: Numbers
  readonly noise: Numbers
  readonly nextNoise: Numbers
}

/** A step made ready. */
export interface Step {
  /** Operations of one. */
  readonly flops: number
  /** Takes it; `s` is for aggregators that draw. */
  readonly take: (s: Stream) => Effect.Effect<void, SessionFailure>
}

/** What a step is made of. */
export interface Stepping extends Updating {
  readonly aggregator: Aggregator | undefined
  readonly at: DeviceState
  readonly inputs: Inputs
  /** Gets the metrics `[5, T]`. */
  readonly out: Numbers
}

/** Compiles the programs of a step. */
export const stepper = (s: Stepping) => (s.aggregator === undefined ? meanStep(s) : combinedStep(s, s.aggregator))

const meanStep = Effect.fnUntraced(function* (s: Stepping) {
  const session = yield* Session
  const executable = yield* session.compile(yield* fromEither(updateProgram(s)))
  const call = executable.run({ ...s.at, ...s.inputs }, { ...s.at, metrics: s.out })
  return { flops: executable.cost.flops, take: () => Effect.asVoid(call) } satisfies Step
})

/** First the critics' part, then the policy's at the new critics. */
const combinedStep = Effect.fnUntraced(function* (s: Stepping, aggregator: Aggregator) {
  const critics = yield* criticStep(s, aggregator)
  const actor = yield* actorStep(s, aggregator)
  return {
    flops: critics.flops + actor.flops,
    take: (stream) => Effect.andThen(critics.take(stream), actor.take(stream))
  } satisfies Step
})

const criticStep = Effect.fnUntraced(function* (s: Stepping, aggregator: Aggregator) {
  const session = yield* Session
  const { taskGradients, weights, weigh, flops } = yield* combiner(aggregator, s.tasks, s.networks.twins.size)
  const differentiate = yield* session.compile(yield* fromEither(criticGradientProgram(s)))
  const move = yield* session.compile(yield* fromEither(criticStepProgram(s)))
  const { policy, value, target, logAlpha } = s.at
  const { noise: _ofTheActor, ...batch } = s.inputs
  const gradientCall = differentiate.run(
    { policy, value, target, logAlpha, ...batch },
    { taskGradients, valueLoss: metric(s, "valueLoss") }
  )
  const moved = { ...pick(s, "value"), target }
  const moveCall = move.run({ ...moved, taskGradients, weights }, moved)
  return {
    flops: differentiate.cost.flops + flops + move.cost.flops,
    take: (stream) => Effect.asVoid(Effect.all([gradientCall, weigh(stream), moveCall]))
  } satisfies Step
})

const actorStep = Effect.fnUntraced(function* (s: Stepping, aggregator: Aggregator) {
  const session = yield* Session
  const { taskGradients, weights, weigh, flops } = yield* combiner(aggregator, s.tasks, s.networks.policy.size)
  const differentiate = yield* session.compile(yield* fromEither(actorGradientProgram(s)))
  const move = yield* session.compile(yield* fromEither(actorStepProgram(s)))
  const temperatureGradient = yield* session.buffer([s.tasks])
  const { policy, value, logAlpha } = s.at
  const { observation, noise } = s.inputs
  const gradientCall = differentiate.run(
    { policy, value, logAlpha, observation, noise },
    {
      taskGradients,
      temperatureGradient,
      policyLoss: metric(s, "policyLoss"),
      worth: metric(s, "worth"),
      entropy: metric(s, "entropy"),
      temperature: metric(s, "temperature")
    }
  )
  const moved = { ...pick(s, "policy"), ...pick(s, "logAlpha"), logAlpha }
  const moveCall = move.run({ ...moved, temperatureGradient, taskGradients, weights }, moved)
  return {
    flops: differentiate.cost.flops + flops + move.cost.flops,
    take: (stream) => Effect.asVoid(Effect.all([gradientCall, weigh(stream), moveCall]))
  } satisfies Step
})

/** A part and its optimiser's state among the buffers. */
const pick = (s: Stepping, part: Moved): Readonly<Record<string, Buffer>> =>
  Object.fromEntries(namesOf(s, part).map((name) => [name, s.at[name]!]))

/** Where a figure of all tasks stands in `out`. */
const metric = ({ out, tasks }: Stepping, name: (typeof metricNames)[number]): Numbers => {
  const f = metricNames.indexOf(name)
  return out.subarray(f * tasks, (f + 1) * tasks)
}
