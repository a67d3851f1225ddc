/** One step of an update: a minibatch in, parameters moved; by the mean loss, or by what an aggregator makes of the tasks'. */
import { Effect } from "effect"
import type { Aggregator } from "../../core/aggregate/mod.ts"
import type { Stream } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { realOf } from "../../core/service/real.ts"
import { type Buffer, Session, type SessionFailure } from "../../core/service/session.ts"
import { combiner } from "../combination.ts"
import type { Networks } from "./networks.ts"
import { combinedStepProgram, type Loop, type OnPolicy, taskGradientProgram, updateProgram } from "./objective.ts"

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
  /** Takes it. `task` tells whose transition a row of the minibatch is, `s` is for aggregators that draw. */
  readonly take: (task: (row: number) => number, s: Stream) => Effect.Effect<void, SessionFailure>
}

/** What steps are made of. */
export interface Stepping<C> {
  readonly kind: OnPolicy<C>
  readonly config: C
  readonly loop: Loop
  readonly networks: Networks
  readonly at: DeviceState
  /** Transitions a step. */
  readonly batch: number
  readonly tasks: number
  readonly aggregator: Aggregator | undefined
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
  return yield* s.aggregator === undefined ? meanStep(s, made) : combinedStep(s, s.aggregator, made)
})

type Made = Pick<Step, "inputs" | "outputs" | "rate">

const meanStep = Effect.fnUntraced(function* <C>({ kind, config, networks, at, batch }: Stepping<C>, made: Made) {
  const session = yield* Session
  const executable = yield* session.compile(yield* fromEither(updateProgram(kind, config, networks, batch)))
  const call = executable.run({ ...at, rate: made.rate, ...made.inputs }, { ...at, ...made.outputs })
  return { ...made, flops: executable.cost.flops, take: () => Effect.asVoid(call) } satisfies Step
})

const combinedStep = Effect.fnUntraced(function* <C>(s: Stepping<C>, aggregator: Aggregator, made: Made) {
  const { kind, config, networks, at, batch, tasks } = s
  const session = yield* Session
  const Real = realOf(session)
  const { taskGradients, weights, weigh, flops } = yield* combiner(aggregator, tasks, networks.layout.size)
  const differentiate = yield* session.compile(
    yield* fromEither(taskGradientProgram(kind, config, networks, batch, tasks))
  )
  const move = yield* session.compile(yield* fromEither(combinedStepProgram(kind, config, networks, tasks)))
  const member = new Real(tasks * batch)
  const { rows, metrics, gradientNorm } = made.outputs
  const gradientCall = differentiate.run(
    { parameters: at.parameters, member, ...made.inputs },
    { taskGradients, rows, metrics }
  )
  const moveCall = move.run({ ...at, rate: made.rate, taskGradients, weights }, { ...at, gradientNorm })
  const take: Step["take"] = Effect.fnUntraced(function* (task, stream) {
    shares(member, tasks, task)
    yield* gradientCall
    yield* weigh(stream)
    yield* moveCall
  })
  return { ...made, flops: differentiate.cost.flops + flops + move.cost.flops, take } satisfies Step
})

/** 1/n for each of a task's n transitions in its row, 0 elsewhere. */
const shares = (member: Numbers, tasks: number, task: (row: number) => number): void => {
  const batch = member.length / tasks
  const counts = new Int32Array(tasks)
  for (let k = 0; k < batch; k++) counts[task(k)]!++
  member.fill(0)
  for (let k = 0; k < batch; k++) member[task(k) * batch + k] = 1 / counts[task(k)]!
}
