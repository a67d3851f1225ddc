/** One step of an update: one call of the session, or a few where an aggregator weighs the tasks' gradients. */
import { Effect } from "effect"
import { fillUniform, type Stream } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { realOf } from "../../core/service/real.ts"
import { type Buffer, Session, type SessionFailure } from "../../core/service/session.ts"
import { type Combiner, pieceSizes } from "../combination.ts"
import { dividedStep } from "../divided_step.ts"
import type { DeviceState } from "./device_state.ts"
import { batchOf, metricNames } from "./mathematics.ts"
import { scaler } from "./pop_art.ts"
import { resetProgram } from "./reset.ts"
import {
  actorGradientProgram,
  actorStepProgram,
  criticGradientProgram,
  criticLossProgram,
  criticStepProgram
} from "./task_gradients.ts"
import { type Moved, namesOf, type Updating, updateProgram, weighedUpdateProgram } from "./update_program.ts"

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
  /** What the critics are moved to, where it is known before the step: of critics whose heads are scaled. */
  readonly rawAim?: Numbers
}

/** A step made ready. */
export interface Step {
  /** Operations of one. */
  readonly flops: number
  /** Takes it, in so many iterations' time; `s` is for aggregators that draw. */
  readonly take: (s: Stream, iteration: number) => Effect.Effect<void, SessionFailure>
}

/** What weighs the tasks' gradients, of the critics and of the policy. */
export interface Combiners {
  readonly value: Combiner
  readonly policy: Combiner
}

/** What a step is made of. */
export interface Stepping extends Updating {
  readonly combiners: Combiners | undefined
  readonly at: DeviceState
  readonly inputs: Inputs
  /** Gets the metrics `[5, T]`. */
  readonly out: Numbers
  /** Places of the tasks among those that the policy can be told; −1 where it is told none. */
  readonly places: readonly number[]
}

/** Compiles the programs of a step. */
export const stepper = Effect.fnUntraced(function* (s: Stepping) {
  const { heads } = s.networks
  const beta = s.config.popArt
  if (heads === undefined || beta === "off") return yield* plainStep(s)
  const rawAim = new (realOf(yield* Session))(batchOf(s.config, s.tasks))
  const scaling = yield* scaler(s, { ...s, heads, beta, rawAim })
  const step = yield* plainStep({ ...s, inputs: { ...s.inputs, rawAim } })
  return {
    flops: scaling.flops + step.flops,
    take: (stream, iteration) => Effect.andThen(scaling.take(), step.take(stream, iteration))
  } satisfies Step
})

const plainStep = (s: Stepping) => {
  if (s.combiners === undefined) return meanStep(s)
  return s.combiners.value.by === "gradients" ? combinedStep(s, s.combiners) : weighedStep(s, s.combiners)
}

const meanStep = Effect.fnUntraced(function* (s: Stepping) {
  const session = yield* Session
  const executable = yield* session.compile(yield* fromEither(updateProgram(s)))
  const call = executable.run({ ...s.at, ...s.inputs }, { ...moving(s), metrics: s.out })
  const { resetTasks, maxTaskLoss } = s.config
  const reset = resetTasks && maxTaskLoss !== "off" ? yield* resetting(s, maxTaskLoss) : () => Effect.void
  return { flops: executable.cost.flops, take: (stream) => Effect.andThen(call, reset(stream)) } satisfies Step
})

/** Resets the tasks whose critics' loss was above the limit in the update before. */
const resetting = Effect.fnUntraced(function* (s: Stepping, limit: number) {
  const session = yield* Session
  const executable = yield* session.compile(yield* fromEither(resetProgram(s.networks, s.places)))
  const Real = realOf(session)
  const [within, mixing] = [new Real(s.tasks), new Real(s.tasks * s.tasks)]
  const { policy, value } = s.at
  const call = executable.run({ policy, value, within, mixing }, { policy, value })
  return Effect.fnUntraced(function* (stream: Stream) {
    within.set(metric(s, "valueLoss").map((loss) => (loss > limit ? 0 : 1)))
    if (!within.includes(0)) return
    fillUniform(stream, 0, 1, mixing)
    yield* call
  })
})

/** All but what depends on the weights, then that. */
const weighedStep = Effect.fnUntraced(function* (s: Stepping, { value, policy }: Combiners) {
  const weights = { valueWeights: value.weights, policyWeights: policy.weights }
  const parts = yield* dividedStep(weighedUpdateProgram(s), { weights: Object.keys(weights), seen: ["losses", "aim"] })
  const aim = yield* (yield* Session).buffer([batchOf(s.config, s.tasks)])
  const lookCall = parts.look.run({ ...s.at, ...s.inputs }, { ...parts.kept, losses: value.losses, aim })
  const moveCall = parts.move.run({ ...s.at, ...s.inputs, ...weights, ...parts.kept }, { ...moving(s), metrics: s.out })
  const settle = yield* settling(s, value, aim)
  return {
    flops: parts.flops + settle.flops,
    take: Effect.fnUntraced(function* (stream: Stream, iteration: number) {
      yield* lookCall
      value.weigh(stream, iteration)
      policy.weigh(stream, iteration)
      yield* moveCall
      yield* settle.call
    })
  } satisfies Step
})

/** Tells an aggregator that asks what a step did to the critics' losses. */
const settling = Effect.fnUntraced(function* (s: Stepping, c: Combiner, aim: Buffer) {
  if (!c.settles) return { flops: 0, call: Effect.void }
  const session = yield* Session
  const look = yield* session.compile(yield* fromEither(criticLossProgram(s)))
  const { observation, action } = s.inputs
  const call = look.run({ value: s.at.value, observation, action, aim }, { losses: c.after })
  return { flops: look.cost.flops, call: Effect.andThen(call, Effect.sync(c.settle)) }
})

/** First the critics' part, then the policy's at the new critics. */
const combinedStep = Effect.fnUntraced(function* (s: Stepping, { value, policy }: Combiners) {
  const critics = yield* criticStep(s, value)
  const actor = yield* actorStep(s, policy)
  return {
    flops: critics.flops + actor.flops,
    take: (stream, iteration) => Effect.andThen(critics.take(stream, iteration), actor.take(stream, iteration))
  } satisfies Step
})

const criticStep = Effect.fnUntraced(function* (s: Stepping, c: Combiner) {
  const session = yield* Session
  const gradient = yield* fromEither(criticGradientProgram(s))
  const differentiate = yield* session.compile(gradient)
  const move = yield* session.compile(yield* fromEither(criticStepProgram(s, pieceSizes(gradient, s.tasks))))
  const taskGradients = yield* session.buffer([s.tasks * s.networks.twins.size])
  const aim = yield* session.buffer([batchOf(s.config, s.tasks)])
  const { target } = s.at
  const { noise: _ofTheActor, ...batch } = s.inputs
  const { gram, losses, weights } = c
  const gradientCall = differentiate.run({ ...s.at, ...batch }, { taskGradients, gram, losses, aim })
  const moved = { ...pick(s, "value"), target }
  const moveCall = move.run({ ...moved, taskGradients, weights }, moved)
  const settle = yield* settling(s, c, aim)
  return {
    flops: differentiate.cost.flops + move.cost.flops + settle.flops,
    take: Effect.fnUntraced(function* (stream: Stream, iteration: number) {
      yield* gradientCall
      metric(s, "valueLoss").set(losses)
      c.weigh(stream, iteration)
      yield* moveCall
      yield* settle.call
    })
  } satisfies Step
})

const actorStep = Effect.fnUntraced(function* (s: Stepping, c: Combiner) {
  const session = yield* Session
  const gradient = yield* fromEither(actorGradientProgram(s))
  const differentiate = yield* session.compile(gradient)
  const move = yield* session.compile(yield* fromEither(actorStepProgram(s, pieceSizes(gradient, s.tasks))))
  const taskGradients = yield* session.buffer([s.tasks * s.networks.policy.size])
  const temperatureGradient = yield* session.buffer([s.tasks])
  const { logAlpha } = s.at
  const { observation, noise } = s.inputs
  const { gram, losses, weights } = c
  const gradientCall = differentiate.run(
    { ...s.at, observation, noise },
    {
      taskGradients,
      gram,
      losses,
      temperatureGradient,
      worth: metric(s, "worth"),
      entropy: metric(s, "entropy"),
      temperature: metric(s, "temperature")
    }
  )
  const moved = { ...pick(s, "policy"), ...pick(s, "logAlpha"), logAlpha }
  const moveCall = move.run({ ...moved, temperatureGradient, taskGradients, weights }, moved)
  return {
    flops: differentiate.cost.flops + move.cost.flops,
    take: Effect.fnUntraced(function* (stream: Stream, iteration: number) {
      yield* gradientCall
      metric(s, "policyLoss").set(losses)
      c.weigh(stream, iteration)
      yield* moveCall
    })
  } satisfies Step
})

/** All that a step moves: the scales of heads moved before it. */
const moving = ({ at: { mean: _mean, deviation: _deviation, ...moved } }: Stepping) => moved

/** A part and its optimiser's state among the buffers. */
const pick = (s: Stepping, part: Moved): Readonly<Record<string, Buffer>> =>
  Object.fromEntries(namesOf(s, part).map((name) => [name, s.at[name]!]))

/** Where a figure of all tasks stands in `out`. */
const metric = ({ out, tasks }: Stepping, name: (typeof metricNames)[number]): Numbers => {
  const f = metricNames.indexOf(name)
  return out.subarray(f * tasks, (f + 1) * tasks)
}
