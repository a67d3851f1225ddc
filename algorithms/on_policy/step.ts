/** One step of an update: a minibatch in, parameters moved; by the mean loss, or by what an aggregator makes of the tasks'. */
import { Effect } from "effect"
import type { Stream } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { realOf } from "../../core/service/real.ts"
import { type Buffer, Session, type SessionFailure } from "../../core/service/session.ts"
import { type Combiner, pieceSizes } from "../combination.ts"
import type { Networks } from "./networks.ts"
import {
  combinedStepProgram,
  type Loop,
  type OnPolicy,
  taskGradientProgram,
  taskLossProgram,
  updateProgram
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
  return yield* s.combiner === undefined ? meanStep(s, made) : combinedStep(s, s.combiner, made)
})

type Made = Pick<Step, "inputs" | "outputs" | "rate">

const meanStep = Effect.fnUntraced(function* <C>({ kind, config, networks, at, batch }: Stepping<C>, made: Made) {
  const session = yield* Session
  const executable = yield* session.compile(yield* fromEither(updateProgram(kind, config, networks, batch)))
  const call = executable.run({ ...at, rate: made.rate, ...made.inputs }, { ...at, ...made.outputs })
  return { ...made, flops: executable.cost.flops, take: () => Effect.asVoid(call) } satisfies Step
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
  const look = combiner.settles
    ? yield* session.compile(yield* fromEither(taskLossProgram(kind, config, n, b)))
    : undefined
  const lookCall = look?.run(given, { losses: combiner.after })
  const take: Step["take"] = Effect.fnUntraced(function* (stream, iteration) {
    yield* gradientCall
    combiner.weigh(stream, iteration)
    yield* moveCall
    if (lookCall === undefined) return
    yield* lookCall
    combiner.settle()
  })
  const flops = differentiate.cost.flops + move.cost.flops + (look?.cost.flops ?? 0)
  return { ...made, flops, take } satisfies Step
})
