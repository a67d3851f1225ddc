/**
 * The session that engines share: float32 in one memory, plans placed in it, buffers bound by address. An engine only
 * makes the code of a plan.
 */

import { Effect, type Scope } from "effect"
import { type Program, type Shape, showShape, size } from "../../../core/program/mod.ts"
import { type Plan, plan, planBytes } from "../../../core/program/plan/mod.ts"
import type { Mistake } from "../../../core/service/session.ts"
import {
  type Buffer,
  type Executable,
  type Numbers,
  type SessionError,
  type SessionService,
  sessionError,
  type Target
} from "../../../core/service/session.ts"
import { closed, foreign, wrongCount } from "../mistakes.ts"
import { acquireHeap, type Heap, OutOfMemory, releaseHeap } from "./heap.ts"
import { type ArenaBuffer, type Code, isOwn, isProblem, place } from "./placed.ts"

export type { Code } from "./placed.ts"

/** What runs plans in an arena. */
export interface Engine {
  readonly kind: string
  /** Threads that one call may use. */
  readonly threads: number
  /** Gives the same bits on every machine and runtime. */
  readonly bitEqual: boolean
  /** Memory that the code uses within a call, bytes. */
  readonly scratchBytes: number
  /** Makes the code of a plan, which is used no longer than the scope. */
  readonly prepare: (plan: Plan) => Effect.Effect<Code, SessionError, Scope.Scope>
}

const GIB = 1024 ** 3

/** The most a session can hold, and what it may hold by default: 32-bit offsets reach no further. */
const MEMORY_LIMIT = 2 * GIB - 65536

/** A session on `engine` that lives as long as the scope it is made in. */
export const arenaSession = Effect.fn("session.arena")(function* (engine: Engine, memoryLimit = MEMORY_LIMIT) {
  const limit = Math.min(memoryLimit, MEMORY_LIMIT)
  const heap = yield* Effect.acquireRelease(
    Effect.sync(() => acquireHeap(engine.kind, engine.scratchBytes, limit)),
    (h) => Effect.sync(() => releaseHeap(engine.kind, h))
  )
  // After the heap is acquired and so before it is released: from here on every use is refused.
  const state = yield* Effect.acquireRelease(Effect.succeed({ open: true }), (s) =>
    Effect.sync(() => {
      s.open = false
    })
  )
  return service(engine, heap, state)
})

const service = (engine: Engine, heap: Heap, state: { readonly open: boolean }): SessionService => {
  const { kind } = engine
  const owner = Symbol(kind)
  const done = { plans: 0, calls: 0, flops: 0, bytes: 0, seconds: 0 }
  const fail = (p: Mistake): SessionError => sessionError(kind, p)
  const guarded = <A>(operation: string, f: () => A, p?: Plan): Effect.Effect<A, SessionError> =>
    Effect.suspend(() => {
      if (!state.open) return Effect.fail(fail(closed(operation)))
      try {
        return Effect.succeed(f())
      } catch (e) {
        if (!(e instanceof OutOfMemory)) throw e
        return Effect.fail(fail(tooLarge(operation, e, p)))
      }
    })

  const own = (operation: string, b: Buffer): ArenaBuffer | Mistake =>
    isOwn(b, owner) ? b : foreign(operation, b.owner === owner)

  const compile = <I extends string, O extends string>(program: Program<I, O>) => {
    const operation = `compile ${program.name}`
    return Effect.gen(function* () {
      const p = yield* guarded(operation, () => plan(program))
      const code = yield* engine.prepare(p)
      const live = { open: true }
      const placed = yield* Effect.acquireRelease(
        guarded(operation, () => place(p, code, heap, owner), p),
        (x) =>
          Effect.sync(() => {
            live.open = false
            if (state.open) x.free()
          })
      )
      done.plans++
      return executable<I, O>(p, (inputs, into) =>
        Effect.suspend(() => {
          if (!live.open || !state.open) return Effect.fail(fail(closed(`run ${program.name}`)))
          const began = performance.now()
          const out = placed.call(inputs, into)
          done.seconds += (performance.now() - began) / 1000
          done.calls++
          done.flops += p.flops
          done.bytes += p.bytes
          return isProblem(out) ? Effect.fail(fail(out)) : Effect.succeed(out)
        })
      )
    })
  }

  const buffer = (shape: Shape, values?: Numbers) => {
    const operation = `make a buffer of shape ${showShape(shape)}`
    return Effect.gen(function* () {
      if (values !== undefined && values.length !== size(shape)) {
        return yield* Effect.fail(fail(wrongCount(operation, size(shape), values.length)))
      }
      const live = { open: true }
      const at = yield* Effect.acquireRelease(
        guarded(operation, () => heap.allocate(4 * size(shape))),
        (a) =>
          Effect.sync(() => {
            live.open = false
            if (state.open) heap.free(a)
          })
      )
      if (values === undefined) heap.f32.fill(0, at / 4, at / 4 + size(shape))
      else heap.f32.set(values, at / 4)
      const b: ArenaBuffer = { shape, owner, at, live: () => live.open }
      return b
    })
  }

  return {
    kind,
    capabilities: {
      dtype: "f32",
      memoryLimit: heap.limit,
      threads: engine.threads,
      bitEqual: engine.bitEqual,
      highCallOverhead: false
    },
    compile,
    buffer,
    write: (b, values) =>
      Effect.suspend(() => {
        const target = own("write a buffer", b)
        if (isComplaint(target)) return Effect.fail(fail(target))
        if (values.length !== size(b.shape)) {
          return Effect.fail(fail(wrongCount("write a buffer", size(b.shape), values.length)))
        }
        return guarded("write a buffer", () => heap.f32.set(values, target.at / 4))
      }),
    read: (b) =>
      Effect.suspend(() => {
        const source = own("read a buffer", b)
        if (isComplaint(source)) return Effect.fail(fail(source))
        return guarded("read a buffer", () => heap.f32.slice(source.at / 4, source.at / 4 + size(b.shape)))
      }),
    work: Effect.sync(() => ({ ...done })),
    memory: Effect.sync(() => ({ bytes: heap.bytes, peak: heap.peak }))
  }
}

const isComplaint = (x: ArenaBuffer | Mistake): x is Mistake => "want" in x

const executable = <I extends string, O extends string>(
  p: Plan,
  call: (
    inputs: Readonly<Record<string, Numbers | Buffer>>,
    into: Readonly<Record<string, Target>>
  ) => Effect.Effect<Record<string, Float32Array>, SessionError>
): Executable<I, O> => ({
  cost: { flops: p.flops, bytes: p.bytes },
  // The call returns exactly the outputs that `into` does not name.
  run: <T extends O>(inputs: Readonly<Record<I, Numbers | Buffer>>, into?: Readonly<Record<T, Target>>) =>
    call(inputs, into ?? {}) as Effect.Effect<Record<Exclude<O, T>, Float32Array>, SessionError>
})

/** Names the largest buffers, since those are what a person can make smaller. */
const tooLarge = (operation: string, e: OutOfMemory, p: Plan | undefined): Mistake => {
  const large = (p?.buffers ?? [])
    .toSorted((a, b) => b.size - a.size)
    .slice(0, 3)
    .map((b) => `${b.kind}${b.name === "" ? "" : ` "${b.name}"`} ${(4e-6 * b.size).toFixed(1)} MB`)
  const which =
    p === undefined ? "" : `; the plan takes ${(planBytes(p) / 1e6).toFixed(1)} MB, most in ${large.join(", ")}`
  return {
    operation,
    want: `at most ${(e.limit / 1e6).toFixed(0)} MB`,
    got: `${(e.wanted / 1e6).toFixed(0)} MB${which}`,
    fix: "use smaller batches, or give the session a higher memory limit"
  }
}
