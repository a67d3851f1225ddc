/**
 * The TensorFlow.js session: float32, the program's own nodes as kernels on a backend, tensors that stay on its device
 * between calls.
 */
import { Effect, Layer } from "effect"
import type { Argument, Buffer, Executable, Numbers, SessionFailure, Target } from "../../core/pipeline/session.ts"
import { Session, SessionError, SessionLost, type SessionService } from "../../core/pipeline/session.ts"
import { plan } from "../../core/program/plan/mod.ts"
import type { Program } from "../../core/program/program.ts"
import { type Shape, showShape, size } from "../../core/program/shape.ts"
import { acquireBackend, type Backend, type BackendName } from "./backend.ts"
import { acquireBest } from "./choose.ts"
import type { DeviceTensor } from "./engine.ts"
import {
  closed,
  foreign,
  type Mistake,
  refused,
  tooLarge,
  unknownOutput,
  wrongArgument,
  wrongCount
} from "./mistakes.ts"
import { demand, joined, kernelsOf, type Loaded, loadProgram, scoped, upload } from "./program.ts"
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

/** Calls after which a device that is only given work is waited for, so that it never has too much of it. */
const MOST_AHEAD = 32

const service = (backend: Backend, limit: number, state: { readonly open: boolean }): SessionService => {
  const kind = `tfjs:${backend.name}`
  const owner = Symbol(kind)
  const done = { plans: 0, calls: 0, flops: 0, bytes: 0, seconds: 0 }
  const memory = { bytes: 0, peak: 0 }
  let ahead = 0

  const fail = (m: Mistake): SessionError => new SessionError({ session: kind, ...m })

  const lost = (operation: string): SessionLost | undefined => {
    const got = backend.lost()
    return got === undefined ? undefined : new SessionLost({ session: kind, operation, got })
  }

  /** Does what touches the device. */
  const attempt = <A>(
    operation: string,
    act: () => A | Mistake,
    at: () => string = () => "this"
  ): Effect.Effect<A, SessionFailure> =>
    Effect.suspend(() => {
      if (!state.open) return Effect.fail(fail(closed(operation)))
      const gone = lost(operation)
      if (gone !== undefined) return Effect.fail(gone)
      try {
        const made = act()
        return isMistake(made) ? Effect.fail(fail(made)) : Effect.succeed(made)
      } catch (cause) {
        backend.notice(cause)
        return Effect.fail(lost(operation) ?? fail(refused(operation, at(), cause)))
      }
    })

  /** The tensors' numbers; then they are disposed of. Not to be interrupted: nobody else would dispose of them. */
  const take = (operation: string, tensors: readonly (DeviceTensor | undefined)[]) => {
    const filled = tensors.filter((t) => t !== undefined)
    const lengths = tensors.map((t) => (t === undefined ? 0 : size(t.shape)))
    const free = Effect.sync(() => {
      for (const t of filled) t.dispose()
    })
    // One array from the device, since each costs a wait.
    const together = attempt(operation, () => scoped(backend, operation, () => [joined(backend, filled)]))
    const numbers = Effect.flatMap(together, ([all]) =>
      all === undefined ? Effect.succeed([]) : backend.immediate ? now(operation, all) : later(operation, all)
    )
    return Effect.map(Effect.ensuring(numbers, free), (all) => parts(all, lengths))
  }

  const now = (operation: string, t: DeviceTensor) =>
    Effect.ensuring(
      attempt(operation, () => t.dataSync()),
      Effect.sync(() => t.dispose())
    )

  /** What a device refused is heard of only now, and its numbers then mean nothing. */
  const later = (operation: string, t: DeviceTensor) =>
    Effect.tryPromise({
      try: () => t.data(),
      catch: (cause) => lost(operation) ?? fail(refused(operation, "reading", cause))
    }).pipe(
      Effect.ensuring(Effect.sync(() => t.dispose())),
      Effect.flatMap((numbers): Effect.Effect<ArrayLike<number>, SessionFailure> => {
        const gone = lost(operation)
        return gone === undefined ? Effect.succeed(numbers) : Effect.fail(gone)
      })
    )

  /** Lets a device catch up that has only been given work. */
  const keepUp = Effect.suspend(() => {
    if (backend.immediate || ++ahead < MOST_AHEAD) return Effect.void
    ahead = 0
    return Effect.ignore(Effect.tryPromise(() => backend.settled()))
  })

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
        if (problem !== undefined) return yield* fail(problem)
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
          ahead = 0
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
    if (bad !== undefined || odd !== undefined) return bad ?? unknownOutput(program, odd!)
    const outs = Object.entries(into).map(([k, t]) => wrong(`output "${k}"`, t, program.outputs[k]!.shape))
    return outs.find((m) => m !== undefined)
  }

  const buffer = Effect.fn("session.tfjs.buffer")(function* (shape: Shape, values?: Numbers) {
    const operation = `make a buffer of shape ${showShape(shape)}`
    const n = size(shape)
    if (values !== undefined && values.length !== n) return yield* fail(wrongCount(operation, n, values.length))
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
    capabilities: { dtype: "f32", memoryLimit: limit, threads: backend.threads, bitEqual: false, dearCalls: true },
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

/** The arrays of these lengths that `all` is made of. */
const parts = (all: ArrayLike<number>, lengths: readonly number[]): readonly Float32Array[] => {
  const numbers = Float32Array.from(all)
  let at = 0
  return lengths.map((n) => {
    at += n
    return lengths.length === 1 ? numbers : numbers.slice(at - n, at)
  })
}

const isBuffer = (x: Argument | Target): x is Buffer => "owner" in x

const isMistake = (x: unknown): x is Mistake => typeof x === "object" && x !== null && "want" in x && "fix" in x
