/** A program: named inputs, named outputs, and the transforms from program to program. */

import * as E from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../failure/mod.ts"
import { batch } from "./batch.ts"
import { pushforward } from "./forward.ts"
import * as P from "./primitive.ts"
import { gradients, pullback } from "./reverse.ts"
import { type Shape, shapeError, showShape } from "./shape.ts"
import type { Tensor } from "./tensor.ts"

/** A pure tensor computation as a value. */
export interface Program<I extends string = string, O extends string = string> {
  readonly name: string
  readonly inputs: Readonly<Record<I, Tensor>>
  readonly outputs: Readonly<Record<O, Tensor>>
}

const names = <K extends string>(record: Readonly<Record<K, unknown>>): K[] => Object.keys(record) as K[]

const mapValues = <K extends string, A, B>(record: Readonly<Record<K, A>>, f: (a: A, k: K) => B): Record<K, B> => {
  const out = {} as Record<K, B>
  for (const k of names(record)) out[k] = f(record[k], k)
  return out
}

const checked = <I extends string, O extends string>(p: Program<I, O>): E.Either<ArgumentError, Program<I, O>> => {
  for (const t of [...names(p.inputs).map((k) => p.inputs[k]), ...names(p.outputs).map((k) => p.outputs[k])]) {
    if (t.error !== undefined) return E.left(t.error)
  }
  return E.right(p)
}

/**
 * Builds a program by running `body` once on symbolic inputs.
 *
 * - Shapes: `inputs` gives the shape of each input; all others follow.
 * - Errors: the first `ArgumentError`, with the operation, the shapes and the caller's own line.
 *
 * @example
 * ```ts
 * import * as E from "fp-ts/lib/Either.js"
 * import { program } from "policygradex"
 *
 * const mse = program.program("mse", { x: [2], y: [2] }, ({ x, y }) => ({
 *   loss: program.mean(program.square(program.sub(x, y)))
 * }))
 * E.map((p: program.Program<"x" | "y", "loss">) => program.evaluate(p, { x: [1, 2], y: [1, 4] }))(mse)
 * // => right({ loss: Float64Array.of(2) })
 * ```
 */
export const program = <const I extends Readonly<Record<string, Shape>>, O extends Readonly<Record<string, Tensor>>>(
  name: string,
  inputs: I,
  body: (x: Readonly<Record<Extract<keyof I, string>, Tensor>>) => O
): E.Either<ArgumentError, Program<Extract<keyof I, string>, Extract<keyof O, string>>> => {
  type In = Extract<keyof I, string>
  const symbols = mapValues(inputs as Readonly<Record<In, Shape>>, (shape, k) => P.input(k, shape))
  return checked<In, Extract<keyof O, string>>({ name, inputs: symbols, outputs: body(symbols) })
}

const known = <K extends string>(what: string, record: Readonly<Record<K, Tensor>>, want: readonly string[]) => {
  const odd = want.find((k) => !Object.hasOwn(record, k))
  return odd === undefined
    ? E.right(undefined)
    : E.left(shapeError(what, `one of ${names(record).join(", ")}`, `"${odd}"`))
}

const fresh = (what: string, record: Readonly<Record<string, Tensor>>, keys: readonly string[]) => {
  const taken = keys.find((k) => Object.hasOwn(record, k))
  return taken === undefined
    ? E.right(undefined)
    : E.left(shapeError(what, `a new name (give another "as")`, `"${taken}", which the program already has`))
}

const prefixed = <A extends string, K extends string>(as: A, keys: readonly K[]): `${A}.${K}`[] =>
  keys.map((k): `${A}.${K}` => `${as}.${k}`)

const record = <K extends string>(keys: readonly K[], values: readonly Tensor[]): Record<K, Tensor> => {
  const out = {} as Record<K, Tensor>
  keys.forEach((k, i) => {
    out[k] = values[i]!
  })
  return out
}

const extend = <A extends string, B extends string>(
  a: Readonly<Record<A, Tensor>>,
  b: Readonly<Record<B, Tensor>>
): Record<A | B, Tensor> => {
  const out = {} as Record<A | B, Tensor>
  Object.assign(out, a, b)
  return out
}

/**
 * Adds outputs `grad.x` = ∂of/∂x for every x in `wrt`; the other outputs stay.
 *
 * - Shapes: `of` has one element; each gradient is as its x.
 * - Errors: `ArgumentError` for a name that the program lacks, an output that it already has, or an `of` of several elements.
 *
 * @example
 * ```ts
 * import * as E from "fp-ts/lib/Either.js"
 * import { pipe } from "fp-ts/lib/function.js"
 * import { program } from "policygradex"
 *
 * const squares = program.program("squares", { x: [3] }, ({ x }) => ({ y: program.sum(program.square(x)) }))
 * const gradient = pipe(squares, E.chain(program.grad({ of: "y", wrt: ["x"] })))
 * const at = pipe(gradient, E.map((p) => program.evaluate(p, { x: [1, 2, 3] })))
 * at // => right({ y: Float64Array.of(14), "grad.x": Float64Array.of(2, 4, 6) })
 * ```
 */
export const grad =
  <O extends string, W extends string, A extends string = "grad">(how: {
    readonly of: O
    readonly wrt: readonly W[]
    readonly as?: A
  }) =>
  <I extends string, Q extends string>(
    p: Program<I | W, Q | O>
  ): E.Either<ArgumentError, Program<I | W, Q | O | `${A}.${W}`>> => {
    const keys = prefixed((how.as ?? "grad") as A, how.wrt)
    const what = `differentiate "${p.name}"`
    for (const e of [known(what, p.outputs, [how.of]), known(what, p.inputs, how.wrt), fresh(what, p.outputs, keys)]) {
      if (E.isLeft(e)) return e
    }
    const g = gradients(
      p.outputs[how.of],
      how.wrt.map((w) => p.inputs[w])
    )
    return checked({ name: `grad(${p.name})`, inputs: p.inputs, outputs: extend(p.outputs, record(keys, g)) })
  }

/**
 * Cotangents in, cotangents out: adds inputs `bar.y` for every y in `of` and gives outputs `bar.x` for x in `wrt`.
 *
 * - Shapes: each cotangent as what it belongs to.
 * - Errors: `ArgumentError` for a name that the program lacks, or one to add that it already has.
 */
export const vjp =
  <O extends string, W extends string, A extends string = "bar">(how: {
    readonly of: readonly O[]
    readonly wrt: readonly W[]
    readonly as?: A
  }) =>
  <I extends string, Q extends string>(
    p: Program<I | W, Q | O>
  ): E.Either<ArgumentError, Program<I | W | `${A}.${O}`, Q | O | `${A}.${W}`>> => {
    const as = (how.as ?? "bar") as A
    const [ins, outs] = [prefixed(as, how.of), prefixed(as, how.wrt)]
    const what = `pull back through "${p.name}"`
    for (const e of [
      known(what, p.outputs, how.of),
      known(what, p.inputs, how.wrt),
      fresh(what, p.inputs, ins),
      fresh(what, p.outputs, outs)
    ]) {
      if (E.isLeft(e)) return e
    }
    const bars = ins.map((k, i) => P.input(k, p.outputs[how.of[i]!].shape))
    const g = pullback(
      how.of.map((o, i) => ({ of: p.outputs[o], cotangent: bars[i]! })),
      how.wrt.map((w) => p.inputs[w])
    )
    const inputs = extend(p.inputs, record(ins, bars))
    return checked({ name: `vjp(${p.name})`, inputs, outputs: extend(p.outputs, record(outs, g)) })
  }

/**
 * Tangents in, tangents out: adds inputs `dot.x` for every x in `wrt` and outputs `dot.y` for every output y.
 *
 * - Shapes: each tangent as what it belongs to.
 * - Errors: `ArgumentError` for a name that the program lacks, or one to add that it already has.
 *
 * @example
 * ```ts
 * import * as E from "fp-ts/lib/Either.js"
 * import { pipe } from "fp-ts/lib/function.js"
 * import { program } from "policygradex"
 *
 * const squares = program.program("squares", { x: [3] }, ({ x }) => ({ y: program.sum(program.square(x)) }))
 * const tangent = pipe(squares, E.chain(program.jvp({ wrt: ["x"] })))
 * const along = pipe(tangent, E.map((p) => program.evaluate(p, { x: [1, 2, 3], "dot.x": [1, 0, 0] })))
 * along // => right({ y: Float64Array.of(14), "dot.y": Float64Array.of(2) })
 * ```
 */
export const jvp =
  <W extends string, A extends string = "dot">(how: { readonly wrt: readonly W[]; readonly as?: A }) =>
  <I extends string, O extends string>(
    p: Program<I | W, O>
  ): E.Either<ArgumentError, Program<I | W | `${A}.${W}`, O | `${A}.${O}`>> => {
    const as = (how.as ?? "dot") as A
    const [ins, old] = [prefixed(as, how.wrt), names(p.outputs)]
    const outs = prefixed(as, old)
    const what = `push forward through "${p.name}"`
    for (const e of [known(what, p.inputs, how.wrt), fresh(what, p.inputs, ins), fresh(what, p.outputs, outs)]) {
      if (E.isLeft(e)) return e
    }
    const dots = ins.map((k, i) => P.input(k, p.inputs[how.wrt[i]!].shape))
    const t = pushforward(
      old.map((o) => p.outputs[o]),
      how.wrt.map((w, i) => ({ of: p.inputs[w], tangent: dots[i]! }))
    )
    const inputs = extend(p.inputs, record(ins, dots))
    return checked({ name: `jvp(${p.name})`, inputs, outputs: extend(p.outputs, record(outs, t)) })
  }

/**
 * Hessian-vector product: adds input `v.x` and outputs `grad.x`, `hvp.x` = ∂²of/∂x² · v, as jvp of grad.
 *
 * - Shapes: `of` has one element; the others are as x.
 * - Errors: as {@link grad}, and {@link jvp}.
 *
 * @example
 * ```ts
 * import * as E from "fp-ts/lib/Either.js"
 * import { pipe } from "fp-ts/lib/function.js"
 * import { program } from "policygradex"
 *
 * const squares = program.program("squares", { x: [3] }, ({ x }) => ({ y: program.sum(program.square(x)) }))
 * const curvature = pipe(squares, E.chain(program.hvp({ of: "y", wrt: "x" })))
 * const product = pipe(curvature, E.map((p) => program.evaluate(p, { x: [1, 2, 3], "v.x": [1, 0, 1] })["hvp.x"]))
 * product // => right(Float64Array.of(2, 0, 2))
 * ```
 */
export const hvp =
  <O extends string, W extends string>(how: { readonly of: O; readonly wrt: W }) =>
  <I extends string, Q extends string>(
    p: Program<I | W, Q | O>
  ): E.Either<ArgumentError, Program<I | W | `v.${W}`, Q | O | `grad.${W}` | `hvp.${W}`>> => {
    const what = `take a Hessian-vector product of "${p.name}"`
    for (const e of [known(what, p.outputs, [how.of]), known(what, p.inputs, [how.wrt])]) {
      if (E.isLeft(e)) return e
    }
    const x = p.inputs[how.wrt]
    const v = P.input(`v.${how.wrt}`, x.shape)
    const [g] = gradients(p.outputs[how.of], [x])
    const [h] = pushforward([g!], [{ of: x, tangent: v }])
    const inputs = extend(p.inputs, record([`v.${how.wrt}`], [v]))
    const outputs = extend(p.outputs, record([`grad.${how.wrt}`, `hvp.${how.wrt}`], [g!, h!]))
    return checked({ name: `hvp(${p.name})`, inputs, outputs })
  }

/**
 * Runs one example's program for `size` examples: inputs in `batched` and all outputs gain a leading axis.
 *
 * - Shapes: of one example s, then `[size, …s]`; inputs that are not batched stay.
 * - Rows that `gather` and `scatter` are told to take must be the example's own: others are another example's.
 * - Errors: `ArgumentError` for an input that the program lacks, a `size` that is no whole number >= 1, or more than 2²⁴ rows
 *   of all examples together to gather from or to scatter to.
 *
 * @example
 * ```ts
 * import * as E from "fp-ts/lib/Either.js"
 * import { pipe } from "fp-ts/lib/function.js"
 * import { program } from "policygradex"
 *
 * const squares = program.program("squares", { x: [3] }, ({ x }) => ({ y: program.sum(program.square(x)) }))
 * const each = pipe(squares, E.chain(program.perExample({ batched: ["x"], size: 2 })))
 * const both = pipe(each, E.map((p) => program.evaluate(p, { x: [1, 2, 3, 4, 5, 6] })))
 * both // => right({ y: Float64Array.of(14, 77) })
 * ```
 */
export const perExample =
  <W extends string>(how: { readonly batched: readonly W[]; readonly size: number }) =>
  <I extends string, O extends string>(p: Program<I | W, O>): E.Either<ArgumentError, Program<I | W, O>> => {
    const what = `batch "${p.name}"`
    const e = known(what, p.inputs, how.batched)
    if (E.isLeft(e)) return e
    if (!Number.isInteger(how.size) || how.size < 1) {
      return E.left(shapeError(what, "a whole number of examples >= 1", String(how.size)))
    }
    const wide = how.batched.map((w) => P.input(w, [how.size, ...p.inputs[w].shape]))
    const old = names(p.outputs)
    const lifted = batch(
      old.map((o) => p.outputs[o]),
      how.batched.map((w, i) => ({ of: p.inputs[w], by: wide[i]! })),
      how.size
    )
    const inputs = extend(p.inputs, record(how.batched, wide))
    return checked({ name: `perExample(${p.name})`, inputs, outputs: record(old, lifted) })
  }

/** `name(x: [2, 3]) -> y: []`, for messages. */
export const signature = (p: Program): string => {
  const list = (r: Readonly<Record<string, Tensor>>) =>
    names(r)
      .map((k) => `${k}: ${showShape(r[k]!.shape)}`)
      .join(", ")
  return `${p.name}(${list(p.inputs)}) -> ${list(p.outputs)}`
}
