/** How the laws of sessions run a program and judge its numbers. */
import assert from "node:assert/strict"
import { Effect, type Layer, type Scope } from "effect"
import { evaluate, type Program, type Tensor, topological } from "../../core/program/mod.ts"
import {
  type Argument,
  Session,
  type SessionError,
  type SessionFailure,
  type SessionService
} from "../../core/service/session.ts"

/** How far a session's numbers may be from float64's. */
export interface Tolerance {
  /** The rounding of the session's type. */
  readonly round: (x: number) => number
  /** Unit roundoff u: half the distance from 1 to the next number. */
  readonly unit: number
  /** Roundings that one operation may cost: elementary functions are allowed a few. */
  readonly operation: number
  /** Results smaller than this may be given as 0. */
  readonly tiny: number
  /** Relative to the largest number of a result, for whole programs of well-conditioned steps. */
  readonly program: number
}

export const tolerances: Readonly<Record<"f32" | "f64", Tolerance>> = {
  // Single precision, small functions within 4 units in the last place; subnormal numbers may be flushed.
  f32: { round: Math.fround, unit: 2 ** -24, operation: 8, tiny: 1.2e-38, program: 2e-5 },
  // Double precision, the same order of operations as the reference or another.
  f64: { round: (x) => x, unit: 2 ** -53, operation: 8, tiny: 0, program: 1e-11 }
}

/** A kind of session, as the laws see it. */
export interface Subject {
  readonly name: string
  readonly layer: Layer.Layer<Session, SessionError>
  readonly tolerance: Tolerance
  /** Making a program ready takes long: many small programs are made one, and what is only repeated, is so less often. */
  readonly compilesSlowly: boolean
  /** Computing itself takes long: of sizes and repetitions, some stand for all. */
  readonly sampled: boolean
}

/** Runs `body` in a session of its own, closed afterwards. */
export const within = <A>(
  subject: Subject,
  body: (s: SessionService) => Effect.Effect<A, SessionFailure, Scope.Scope>
): Promise<A> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        return yield* body(yield* Session)
      })
    ).pipe(Effect.provide(subject.layer))
  )

/** What an effect fails with; a failed test if it does not. */
export const refusal = <A, R>(e: Effect.Effect<A, SessionFailure, R>): Effect.Effect<SessionFailure, never, R> =>
  Effect.match(e, { onFailure: (error) => error, onSuccess: () => assert.fail("the session did not refuse") })

/** Compiles and runs once. */
export const once = <I extends string, O extends string>(
  s: SessionService,
  p: Program<I, O>,
  inputs: Readonly<Record<I, Argument>>
) => Effect.scoped(Effect.flatMap(s.compile(p), (e) => e.run(inputs)))

/** Equal but for `allowed(i)`; the same infinities and the same NaN. */
export const near = (
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  allowed: (i: number) => number,
  t: Tolerance,
  what: string
): void => {
  assert.equal(got.length, want.length, `${what}: length`)
  for (let i = 0; i < want.length; i++) {
    const [g, w] = [got[i]!, t.round(want[i]!)]
    if (Object.is(g, w) || (Number.isNaN(g) && Number.isNaN(w))) continue
    const fine = Math.abs(g - w) <= allowed(i) + t.tiny
    assert.ok(fine, `${what}[${i}]: got ${g}, want ${w} within ${allowed(i)}`)
  }
}

/** Numbers that the session's type holds exactly, so that only its arithmetic is judged. */
export const exact = (t: Tolerance, x: ArrayLike<number>): Float64Array => Float64Array.from(x, t.round)

const largest = (x: Float64Array): number => x.reduce((m, v) => (Number.isFinite(v) ? Math.max(m, Math.abs(v)) : m), 0)

/**
 * What float64 gives, and how much each output may differ: `tolerance.program` of its largest number, and what the
 * rounding of every step alone changes. `undefined` where that is so much that the comparison says nothing.
 */
export const expected = <I extends string, O extends string>(
  p: Program<I, O>,
  inputs: Readonly<Record<I, Float64Array>>,
  t: Tolerance
): { readonly want: Record<O, Float64Array>; readonly allowed: (k: O) => (i: number) => number } | undefined => {
  const want = evaluate(p, inputs)
  const rounded = evaluate(p, inputs, t.round)
  const nudged = {} as Record<I, Float64Array>
  for (const k of Object.keys(inputs) as I[]) {
    nudged[k] = inputs[k].map((x, i) => (Number.isInteger(x) ? x : x * (1 + 8 * t.unit * ((i % 3) - 1))))
  }
  const moved = evaluate(p, nudged)
  for (const k of Object.keys(want) as O[]) {
    const limit = 1e-3 * Math.max(1, largest(want[k]))
    for (const other of [rounded[k], moved[k]]) {
      if (other.some((v, i) => Math.abs(v - want[k][i]!) > limit)) return undefined
    }
  }
  const allowed = (k: O) => {
    const scale = t.program * largest(want[k])
    // Two draws of the roundings there can be: another order of operations may have some times as much.
    const drawn = (i: number): number => Math.abs(rounded[k][i]! - want[k][i]!) + Math.abs(moved[k][i]! - want[k][i]!)
    return (i: number) => scale + 24 * drawn(i)
  }
  return { want, allowed }
}

/** A program and what it is given. */
export interface Case {
  readonly what: string
  readonly program: Program<string, string>
  readonly given: Readonly<Record<string, ArrayLike<number>>>
}

/** Cases that are judged together where compiling is slow. */
const TOGETHER = 50

/** Runs every case, alone or with others in one program; the outputs of each, in order. */
export const outputsOf = (
  subject: Subject,
  s: SessionService,
  cases: readonly Case[]
): Effect.Effect<readonly Readonly<Record<string, Float32Array | Float64Array>>[], SessionFailure> =>
  Effect.gen(function* () {
    const out: Record<string, Float32Array | Float64Array>[] = []
    const width = subject.compilesSlowly ? TOGETHER : 1
    for (let at = 0; at < cases.length; at += width) {
      const some = cases.slice(at, at + width)
      const given: Record<string, Float64Array> = {}
      some.forEach((c, i) => {
        for (const k in c.given) given[named(i, k)] = exact(subject.tolerance, c.given[k]!)
      })
      const got = yield* once(s, together(some), given)
      some.forEach((c, i) => {
        out.push(Object.fromEntries(Object.keys(c.program.outputs).map((k) => [k, got[named(i, k)]!])))
      })
    }
    return out
  })

const named = (i: number, name: string): string => `${i}:${name}`

/** One program that is all of them, side by side. */
const together = (cases: readonly Case[]): Program<string, string> => {
  const inputs: Record<string, Tensor> = {}
  const outputs: Record<string, Tensor> = {}
  cases.forEach(({ program }, i) => {
    const copies = new Map<Tensor, Tensor>()
    for (const t of topological([...Object.values(program.inputs), ...Object.values(program.outputs)])) {
      const op = t.op.kind === "input" ? { ...t.op, name: named(i, t.op.name) } : t.op
      copies.set(t, { ...t, op, args: t.args.map((a) => copies.get(a)!) })
    }
    for (const [k, t] of Object.entries(program.inputs)) inputs[named(i, k)] = copies.get(t)!
    for (const [k, t] of Object.entries(program.outputs)) outputs[named(i, k)] = copies.get(t)!
  })
  return { name: cases.map((c) => c.program.name).join(" "), inputs, outputs }
}

/** Runs cases on the session and on `evaluate`, and compares all outputs. How many could be compared. */
export const agreeing = (
  subject: Subject,
  s: SessionService,
  cases: readonly Case[]
): Effect.Effect<number, SessionFailure> =>
  Effect.gen(function* () {
    const t = subject.tolerance
    const judged = cases.flatMap((c) => {
      const e = expected(
        c.program,
        mapValues(c.given, (x) => exact(t, x)),
        t
      )
      return e === undefined ? [] : [{ ...c, ...e }]
    })
    const got = yield* outputsOf(subject, s, judged)
    judged.forEach(({ what, want, allowed }, i) => {
      for (const k in want) near(got[i]![k]!, want[k]!, allowed(k), t, `${what}.${k}`)
    })
    return judged.length
  })

const mapValues = <K extends string, A, B>(r: Readonly<Record<K, A>>, f: (a: A) => B): Record<K, B> => {
  const out = {} as Record<K, B>
  for (const k in r) out[k] = f(r[k])
  return out
}

/** As `agreeing`, for one program. False where nothing could be compared. */
export const agree = <I extends string, O extends string>(
  subject: Subject,
  s: SessionService,
  p: Program<I, O>,
  given: Readonly<Record<I, ArrayLike<number>>>
): Effect.Effect<boolean, SessionFailure> =>
  Effect.map(agreeing(subject, s, [{ what: p.name, program: p, given }]), (n) => n === 1)
