/**
 * The TensorFlow.js session: float32, the program's own nodes as kernels on a backend, tensors that stay on its device
 * between calls.
 */

import { Effect, Layer } from "effect"
import { type Program, type Shape, showShape, size } from "../../../core/program/mod.ts"
import { plan } from "../../../core/program/plan/mod.ts"
import type { Mistake } from "../../../core/service/session.ts"
import {
  type Argument,
  type Buffer,
  type Executable,
  type Numbers,
  Session,
  type SessionError,
  type SessionFailure,
  type SessionService,
  type Target
} from "../../../core/service/session.ts"
import { closed, foreign, isBuffer, unknownOutput, wrongArgument, wrongCount } from "../mistakes.ts"
import { acquireBackend, type Backend, type BackendName } from "./backend.ts"
import { acquireBest } from "./choose.ts"
import { deviceOf } from "./device.ts"
import type { DeviceTensor } from "./engine.ts"
import { tooLarge } from "./mistakes.ts"
import { demand, kernelsOf, type Loaded, loadProgram, scoped, upload } from "./program.ts"
import { stepsOf } from "./steps.ts"

/** How a TensorFlow.js session is made. */
export interface TfjsOptions {
  /** `auto` takes the fastest that works. Default `auto`. */
  readonly backend?: BackendName | "auto"
  /** Most bytes the session may hold on its device, a call's temporaries included. Default: what the device has. */
  readonly memoryLimit?: number
}

/** A session that lives as long as the scope it is made in. */
export const make = Effect.fn("session.tfjs")(function* (options: TfjsOptions = {}) {
  const asked = options.backend ?? "auto"
  const backend = asked === "auto" ? yield* acquireBest : yield* acquireBackend(asked)
  // After the backend is acquired and so before it is released: from here on every use is refused.
  const state = yield* Effect.acquireRelease(Effect.succeed({ open: true }), (s) =>
    Effect.sync(() => {
      s.open = false
    })
  )
  return service(backend, options.memoryLimit ?? Number.POSITIVE_INFINITY, state)
})

/** Provides `Session`. */
export const layer = (options: TfjsOptions = {}): Layer.Layer<Session, SessionError> =>
  Layer.effect(Session)(make(options))

/** A buffer of this session. Calls replace its tensor; an empty one has none. */
interface TfjsBuffer extends Buffer {
  readonly held: { tensor: DeviceTensor | undefined }
  readonly live: () => boolean
}

const service = (backend: Backend, limit: number, state: { readonly open: boolean }): SessionService => {
  const kind = `tfjs:${backend.name}`
  const owner = Symbol(kind)
  const done = { plans: 0, calls: 0, flops: 0, bytes: 0, seconds: 0 }
  const memory = { bytes: 0, peak: 0 }
  const { fail, attempt, take, keepUp } = deviceOf(backend, kind, state)

  const isOwn = (b: Buffer): b is TfjsBuffer =>
    b.owner === owner && "live" in b && typeof b.live === "function" && b.live() === true

  /** Counts memory for as long as the scope. */
  const hold = <A>(acquire: Effect.Effect<A, SessionFailure>, bytes: (a: A) => number, release: (a: A) => void) =>
    Effect.acquireRelease(
      Effect.tap(acquire, (a) =>
        Effect.sync(() => {
          memory.bytes += bytes(a)
          memory.peak = Math.max(memory.peak, memory.bytes)
        })
      ),
      (a) =>
        Effect.sync(() => {
          memory.bytes -= bytes(a)
          release(a)
        })
    )

  const compile = Effect.fn("session.tfjs.compile")(function* <I extends string, O extends string>(
    program: Program<I, O>
  ) {
    const operation = `compile ${program.name}`
    const { flops, bytes } = plan(program)
    const steps = stepsOf(program)
    const needs = demand(steps)
    const live = { open: true }
    const loaded = yield* hold(
      attempt<Loaded>(operation, () => {
        const wanted = memory.bytes + needs.bytes
        return wanted > limit
          ? tooLarge(operation, limit, wanted, needs.largest)
          : loadProgram(backend, operation, steps)
      }),
      (x) => x.bytes,
      (x) => {
        live.open = false
        x.free()
      }
    )
    done.plans++
    const running = `run ${program.name}`

    const call = (inputs: Readonly<Record<string, Argument>>, into: Readonly<Record<string, Target>>) =>
      Effect.gen(function* () {
        const began = performance.now()
        const problem = live.open ? check(program, inputs, into) : closed(running)
        if (problem !== undefined) return yield* Effect.fail(fail(problem))
        const given = steps.inputs.map(({ name }) => tensorOf(inputs[name]!))
        const tensors = yield* attempt(running, () => loaded.call(given), loaded.at)
        memory.peak = Math.max(memory.peak, memory.bytes + needs.bytes)
        const wanted: { readonly name: string; readonly tensor: DeviceTensor | undefined }[] = []
        steps.outputs.forEach(({ name }, i) => {
          const target = into[name]
          const tensor = tensors[i]
          if (target === undefined || !isBuffer(target)) wanted.push({ name, tensor })
          else if (isOwn(target)) replace(target, tensor)
        })
        const results: Record<string, Float32Array> = {}
        if (wanted.length === 0) yield* keepUp
        else {
          const numbers = yield* take(
            running,
            wanted.map((w) => w.tensor)
          )
          wanted.forEach(({ name }, i) => {
            const target = into[name]
            if (target === undefined) results[name] = numbers[i]!
            else if (!isBuffer(target)) target.set(numbers[i]!)
          })
        }
        done.calls++
        done.flops += flops
        done.bytes += bytes
        done.seconds += (performance.now() - began) / 1000
        return results
      }).pipe(Effect.uninterruptible)

    const executable: Executable<I, O> = {
      cost: { flops, bytes },
      // The call returns exactly the outputs that `into` does not name.
      run: <T extends O>(inputs: Readonly<Record<I, Argument>>, into?: Readonly<Record<T, Target>>) =>
        call(inputs, into ?? {}) as Effect.Effect<Record<Exclude<O, T>, Float32Array>, SessionFailure>
    }
    return executable
  })

  const replace = (b: TfjsBuffer, tensor: DeviceTensor | undefined): void => {
    b.held.tensor?.dispose()
    b.held.tensor = tensor
  }

  const tensorOf = (x: Argument): Numbers | DeviceTensor => (isBuffer(x) ? (isOwn(x) && x.held.tensor) || [] : x)

  /** What is wrong with a call's arguments, if anything. */
  const check = (
    program: Program,
    inputs: Readonly<Record<string, Argument>>,
    into: Readonly<Record<string, Target>>
  ): Mistake | undefined => {
    const operation = `run ${program.name}`
    const odd = Object.keys(into).find((k) => !Object.hasOwn(program.outputs, k))
    const wrong = (what: string, x: Argument | Target | undefined, shape: Shape): Mistake | undefined => {
      if (x === undefined) return wrongArgument(operation, what, shape, undefined)
      if (isBuffer(x) && !isOwn(x)) return foreign(`${operation} with ${what}`, x.owner === owner)
      const found = isBuffer(x) ? size(x.shape) : x.length
      return found === size(shape) ? undefined : wrongArgument(operation, what, shape, found)
    }
    const ins = Object.entries(program.inputs).map(([k, t]) => wrong(`input "${k}"`, inputs[k], t.shape))
    const bad = ins.find((m) => m !== undefined)
    if (bad !== undefined || odd !== undefined)
      return bad ?? unknownOutput(operation, Object.keys(program.outputs), odd!)
    const outs = Object.entries(into).map(([k, t]) => wrong(`output "${k}"`, t, program.outputs[k]!.shape))
    return outs.find((m) => m !== undefined)
  }

  const buffer = Effect.fn("session.tfjs.buffer")(function* (shape: Shape, values?: Numbers) {
    const operation = `make a buffer of shape ${showShape(shape)}`
    const n = size(shape)
    if (values !== undefined && values.length !== n)
      return yield* Effect.fail(fail(wrongCount(operation, n, values.length)))
    const live = { open: true }
    const made = attempt(operation, () => {
      const wanted = memory.bytes + 4 * n
      if (wanted > limit) return tooLarge(operation, limit, wanted, [])
      return { tensor: n === 0 ? undefined : put(values ?? new Float32Array(n), shape) }
    })
    const held = yield* hold(
      made,
      () => 4 * n,
      (h) => {
        live.open = false
        h.tensor?.dispose()
      }
    )
    const b: TfjsBuffer = { shape, owner, held, live: () => live.open && state.open }
    return b
  })

  const put = (values: Numbers, shape: Shape) => scoped(backend, "put", () => [upload(backend, values, shape)])[0]

  return {
    kind,
    capabilities: {
      dtype: "f32",
      memoryLimit: limit,
      threads: backend.threads,
      bitEqual: false,
      highCallOverhead: true
    },
    compile,
    buffer,
    write: (b, values) =>
      attempt("write a buffer", () => {
        if (!isOwn(b)) return foreign("write a buffer", b.owner === owner)
        if (values.length !== size(b.shape)) return wrongCount("write a buffer", size(b.shape), values.length)
        return replace(b, size(b.shape) === 0 ? undefined : put(values, b.shape))
      }),
    read: (b) =>
      attempt("read a buffer", () => {
        if (!isOwn(b)) return foreign("read a buffer", b.owner === owner)
        const { tensor } = b.held
        if (tensor === undefined) return []
        // A handle of its own: a call may replace the buffer's before the numbers have come.
        return scoped(backend, "read", () => [kernelsOf(backend).run("Identity", { x: tensor })])
      }).pipe(
        Effect.flatMap((t) => take("read a buffer", t)),
        Effect.map(([numbers]) => numbers ?? new Float32Array(0)),
        Effect.uninterruptible
      ),
    work: Effect.sync(() => ({ ...done })),
    memory: Effect.sync(() => ({ ...memory }))
  }
}
