/** One step of an update: a minibatch in, parameters moved; by the mean loss, or by what an aggregator makes of the tasks'. */
import { Effect } from "effect"
import type { Stream } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { realOf } from "../../core/service/real.ts"
import { type Buffer, Session, type SessionFailure } from "../../core/service/session.ts"
import { type Combiner, pieceSizes } from "../combination.ts"
import { dividedStep } from "../divided_step.ts"
import type { Networks } from "./networks.ts"
import {
  combinedStepProgram,
  type Loop,
  type OnPolicy,
  taskGradientProgram,
  taskLossProgram,
  updateProgram,
  weighedProgram
} from "./objective.ts"

type Numbers = Float32Array | Float64Array

/** What is trained, where it lives between calls: `parameters`, and the optimiser's state under its own names. */
export interface DeviceState {
  readonly parameters: Buffer
  readonly [name: string]: Buffer
}

/** Buffers in the current session, all zero. */
export const deviceState = Effect.fn("on_policy.deviceState")(function* ({ layout }: Networks, { optimizer }: Loop) {
  const session = yield* Session
  const state: Record<string, Buffer> = {}
  for (const [name, shape] of Object.entries(optimizer.state(layout.size))) state[name] = yield* session.buffer(shape)
  const all: DeviceState = { ...state, parameters: yield* session.buffer([layout.size]) }
  return all
})

/** What a step learns from: filled by the caller before each step. */
export interface StepInputs {
  readonly observation: Numbers
  readonly action: Numbers
  readonly logProb: Numbers
  readonly advantage: Numbers
  readonly return: Numbers
  readonly value: Numbers
}

/** What a step shows. */
export interface StepOutputs {
  /** `[metrics, batch]`. */
  readonly rows: Numbers
  /** Means of the rows. */
  readonly metrics: Numbers
  readonly gradientNorm: Numbers
}

/** A step made ready. */
export interface Step {
  readonly inputs: StepInputs
  readonly outputs: StepOutputs
  /** The learning rate of the next steps. */
  readonly rate: Numbers
  /** Operations of one. */
  readonly flops: number
  /** Takes it, in so many iterations' time; `s` is for aggregators that draw. */
  readonly take: (s: Stream, iteration: number) => Effect.Effect<void, SessionFailure>
}

/** What steps are made of. */
export interface Stepping<C> {
  readonly kind: OnPolicy<C>
  readonly config: C
  readonly loop: Loop
  readonly networks: Networks
  readonly at: DeviceState
  /** Transitions a step; where gradients are combined, equally many of one task after another. */
  readonly batch: number
  readonly tasks: number
  readonly combiner: Combiner | undefined
}

/** Compiles the programs of a step. */
export const stepper = Effect.fn("on_policy.stepper")(function* <C>(s: Stepping<C>) {
  const Real = realOf(yield* Session)
  const { batch, networks, kind } = s
  const scalars = () => new Real(batch)
  const inputs: StepInputs = {
    observation: new Real(batch * networks.policy.inputs),
    action: new Real(batch * networks.policy.actionSize),
    logProb: scalars(),
    advantage: scalars(),
    return: scalars(),
    value: scalars()
  }
  const outputs: StepOutputs = {
    rows: new Real(kind.metrics.length * batch),
    metrics: new Real(kind.metrics.length),
    gradientNorm: new Real(1)
  }
  const rate = new Real(1)
  const made = { inputs, outputs, rate }
  const { combiner } = s
  if (combiner === undefined) return yield* meanStep(s, made)
  return yield* combiner.by === "gradients" ? combinedStep(s, combiner, made) : weighedStep(s, combiner, made)
})

type Made = Pick<Step, "inputs" | "outputs" | "rate">

const meanStep = Effect.fnUntraced(function* <C>({ kind, config, networks, at, batch }: Stepping<C>, made: Made) {
  const session = yield* Session
  const executable = yield* session.compile(yield* fromEither(updateProgram(kind, config, networks, batch)))
  const call = executable.run({ ...at, rate: made.rate, ...made.inputs }, { ...at, ...made.outputs })
  return { ...made, flops: executable.cost.flops, take: () => Effect.asVoid(call) } satisfies Step
})

/** All but what depends on the weights, then that. */
const weighedStep = Effect.fnUntraced(function* <C>(s: Stepping<C>, combiner: Combiner, made: Made) {
  const { kind, config, networks: n, at, tasks } = s
  const whole = weighedProgram(kind, config, n, { tasks, each: s.batch / tasks })
  const parts = yield* dividedStep(whole, { weights: ["weights"], seen: ["losses", "rows", "metrics"] })
  const { rows, metrics, gradientNorm } = made.outputs
  const given = { ...at, rate: made.rate, ...made.inputs }
  const lookCall = parts.look.run(given, { ...parts.kept, losses: combiner.losses, rows, metrics })
  const moveCall = parts.move.run({ ...given, ...parts.kept, weights: combiner.weights }, { ...at, gradientNorm })
  const settle = yield* settling(s, combiner, made)
  const take: Step["take"] = Effect.fnUntraced(function* (stream, iteration) {
    yield* lookCall
    combiner.weigh(stream, iteration)
    yield* moveCall
    yield* settle.call
  })
  return { ...made, flops: parts.flops + settle.flops, take } satisfies Step
})

/** Tells an aggregator that asks what a step did to the losses. */
const settling = Effect.fnUntraced(function* <C>(
  { kind, config, networks, at, tasks, batch }: Stepping<C>,
  combiner: Combiner,
  { inputs }: Made
) {
  if (!combiner.settles) return { flops: 0, call: Effect.void }
  const session = yield* Session
  const losses = yield* fromEither(taskLossProgram(kind, config, networks, { tasks, each: batch / tasks }))
  const look = yield* session.compile(losses)
  const call = look.run({ parameters: at.parameters, ...inputs }, { losses: combiner.after })
  return { flops: look.cost.flops, call: Effect.andThen(call, Effect.sync(combiner.settle)) }
})

const combinedStep = Effect.fnUntraced(function* <C>(s: Stepping<C>, combiner: Combiner, made: Made) {
  const { kind, config, networks: n, at, tasks } = s
  const session = yield* Session
  const b = { tasks, each: s.batch / tasks }
  const gradient = yield* fromEither(taskGradientProgram(kind, config, n, b))
  const differentiate = yield* session.compile(gradient)
  const move = yield* session.compile(
    yield* fromEither(combinedStepProgram(kind, config, n, b, pieceSizes(gradient, tasks)))
  )
  const taskGradients = yield* session.buffer([tasks * n.layout.size])
  const { gram, losses, weights } = combiner
  const { rows, metrics, gradientNorm } = made.outputs
  const given = { parameters: at.parameters, ...made.inputs }
  const gradientCall = differentiate.run(given, { taskGradients, gram, losses, rows, metrics })
  const moveCall = move.run({ ...at, rate: made.rate, taskGradients, weights }, { ...at, gradientNorm })
  const settle = yield* settling(s, combiner, made)
  const take: Step["take"] = Effect.fnUntraced(function* (stream, iteration) {
    yield* gradientCall
    combiner.weigh(stream, iteration)
    yield* moveCall
    yield* settle.call
  })
  return { ...made, flops: differentiate.cost.flops + move.cost.flops + settle.flops, take } satisfies Step
})
