/**
 * The reference session: float64 by `evaluate`, plain loops and nothing kept but the caller's buffers. Slow, and right;
 * the others are compared with it.
 */

import { Effect, Layer } from "effect"
import {
  evaluate,
  type Program,
  type Shape,
  showShape,
  size,
  type Tensor,
  topological
} from "../../core/program/mod.ts"
import { plan } from "../../core/program/plan/mod.ts"
import type { Mistake } from "../../core/service/session.ts"
import {
  type Argument,
  type Buffer,
  type Executable,
  type Numbers,
  Session,
  type SessionError,
  type SessionService,
  sessionError,
  type Target
} from "../../core/service/session.ts"

import { closed, foreign, isBuffer, unknownOutput, wrongArgument, wrongCount } from "./mistakes.ts"

const kind = "reference"

/** A buffer of this session. */
interface ReferenceBuffer extends Buffer {
  readonly values: Float64Array
  readonly live: () => boolean
}

const fail = (m: Mistake) => Effect.fail(sessionError(kind, m))

/** A session that lives as long as the scope it is made in. */
export const make = Effect.acquireRelease(Effect.sync(open), (s) => Effect.sync(s.close)).pipe(
  Effect.map((s): SessionService => s.service)
)

/** Provides `Session`. */
export const layer: Layer.Layer<Session> = Layer.effect(Session)(make)

function open() {
  const owner = Symbol(kind)
  const state = { open: true, bytes: 0, peak: 0 }
  const done = { plans: 0, calls: 0, flops: 0, bytes: 0, seconds: 0 }

  /** Counts memory as held until the scope closes; what it gives tells whether that has happened. */
  const held = (bytes: number) =>
    Effect.acquireRelease(
      Effect.sync(() => {
        state.bytes += bytes
        state.peak = Math.max(state.peak, state.bytes)
        return { open: true }
      }),
      (own) =>
        Effect.sync(() => {
          own.open = false
          state.bytes -= bytes
        })
    )

  const isOwn = (b: Buffer): b is ReferenceBuffer =>
    b.owner === owner && "live" in b && typeof b.live === "function" && b.live() === true

  /** The numbers behind an argument or a target of an operation, or what is wrong with it. */
  const takeFor =
    (operation: string) =>
    <A extends Numbers>(
      what: string,
      x: A | Buffer | undefined,
      shape: Shape
    ): { readonly values: A | Float64Array } | Mistake => {
      if (x === undefined) return wrongArgument(operation, what, shape, undefined)
      if (isBuffer(x) && !isOwn(x)) return foreign(`${operation} with ${what}`, x.owner === owner)
      const found: A | Float64Array = isBuffer(x) ? x.values : x
      return found.length === size(shape) ? { values: found } : wrongArgument(operation, what, shape, found.length)
    }

  const opened = (operation: string) => (state.open ? Effect.void : fail(closed(operation)))

  const owned = (operation: string, b: Buffer) =>
    isOwn(b) ? Effect.succeed(b) : fail(foreign(operation, b.owner === owner))

  const compile = Effect.fn("session.reference.compile")(function* <I extends string, O extends string>(
    program: Program<I, O>
  ) {
    yield* opened(`compile ${program.name}`)
    const nodes = topological(Object.values<Tensor>(program.outputs))
    const constants = nodes.reduce((n, t) => n + (t.op.kind === "constant" ? t.op.values.length : 0), 0)
    const elements = nodes.reduce((n, t) => n + size(t.shape), 0)
    // What the plan would do, which this session does in its own way: figures of all sessions can be compared.
    const { flops, bytes } = plan(program)
    const own = yield* held(8 * constants)
    const operation = `run ${program.name}`
    const take = takeFor(operation)
    done.plans++

    const call = (inputs: Readonly<Record<I, Argument>>, into: Readonly<Record<string, Target>>) =>
      Effect.suspend(() => {
        if (!own.open || !state.open) return fail(closed(operation))
        const given = {} as Record<I, ArrayLike<number>>
        for (const name of Object.keys(program.inputs) as I[]) {
          const x = take(`input "${name}"`, inputs[name], program.inputs[name].shape)
          if ("fix" in x) return fail(x)
          given[name] = x.values
        }
        const unknown = Object.keys(into).find((k) => !(k in program.outputs))
        if (unknown !== undefined) return fail(unknownOutput(operation, Object.keys(program.outputs), unknown))
        const targets = {} as Record<string, Float32Array | Float64Array>
        for (const [name, t] of Object.entries(into)) {
          const x = take(`output "${name}"`, t, program.outputs[name as O].shape)
          if ("fix" in x) return fail(x)
          targets[name] = x.values
        }
        const began = performance.now()
        const results: Record<string, Float64Array> = evaluate(program, given)
        for (const [name, target] of Object.entries(targets)) {
          target.set(results[name]!)
          delete results[name]
        }
        done.calls++
        done.flops += flops
        done.bytes += bytes
        done.seconds += (performance.now() - began) / 1000
        state.peak = Math.max(state.peak, state.bytes + 8 * elements)
        return Effect.succeed(results)
      })

    const executable: Executable<I, O> = {
      cost: { flops, bytes },
      // The call returns exactly the outputs that `into` does not name.
      run: <T extends O>(inputs: Readonly<Record<I, Argument>>, into?: Readonly<Record<T, Target>>) =>
        call(inputs, into ?? {}) as Effect.Effect<Record<Exclude<O, T>, Float64Array>, SessionError>
    }
    return executable
  })

  const service: SessionService = {
    kind,
    capabilities: {
      dtype: "f64",
      memoryLimit: Number.POSITIVE_INFINITY,
      threads: 1,
      bitEqual: true,
      highCallOverhead: false
    },
    compile,
    buffer: Effect.fn("session.reference.buffer")(function* (shape: Shape, values?: Numbers) {
      const operation = `make a buffer of shape ${showShape(shape)}`
      yield* opened(operation)
      if (values !== undefined && values.length !== size(shape)) {
        return yield* fail(wrongCount(operation, size(shape), values.length))
      }
      const own = yield* held(8 * size(shape))
      const made = values === undefined ? new Float64Array(size(shape)) : Float64Array.from(values)
      const b: ReferenceBuffer = { shape, owner, values: made, live: () => own.open && state.open }
      return b
    }),
    write: Effect.fn("session.reference.write")(function* (b: Buffer, values: Numbers) {
      const { values: to } = yield* owned("write a buffer", b)
      if (values.length !== to.length) return yield* fail(wrongCount("write a buffer", to.length, values.length))
      to.set(values)
    }),
    read: (b) => Effect.map(owned("read a buffer", b), (own) => own.values.slice()),
    work: Effect.sync(() => ({ ...done })),
    memory: Effect.sync(() => ({ bytes: state.bytes, peak: state.peak }))
  }
  return {
    service,
    close: () => {
      state.open = false
    }
  }
}
