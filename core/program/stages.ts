import * as E from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../failure/mod.ts"
import * as P from "./primitive.ts"
import type { Program } from "./program.ts"
import { shapeError } from "./shape.ts"
import { type Binary, type Tensor, topological, type Unary } from "./tensor.ts"

/** A program in two: what stays, and what is computed anew. */
export interface Stages {
  /** Outputs `kept.0`, `kept.1`, … without those names that inputs of the program have, of the inputs that stay. */
  readonly first: Program<string, string>
  /** The outputs of the whole, of all its inputs and what is kept. */
  readonly rest: Program<string, string>
}

/** What costs nothing to take again: views of numbers, and numbers that are there anyway. */
const free = new Set(["input", "constant", "iota", "reshape", "broadcast", "slice", "transpose"])

/**
 * Splits a program at the values that do not depend on some of its inputs, so that those are computed once for many of these:
 * p(x, v) = rest(x, v, first(x)).
 *
 * Of a Hessian-vector product, which varies with its direction, `first` is the forward and the backward pass.
 *
 * - Shapes: those of `p`; of what is kept, the values' own.
 * - Errors: `ArgumentError` for an input that the program lacks.
 *
 * @example
 * ```ts
 * import * as E from "fp-ts/lib/Either.js"
 * import { pipe } from "fp-ts/lib/function.js"
 * import { program } from "policygradex"
 *
 * const slow = program.program("slow", { x: [2], v: [2] }, ({ x, v }) => ({ y: program.mul(program.exp(x), v) }))
 * const { first, rest } = pipe(slow, E.chain(program.inStages(["v"])), E.getOrElseW((e) => { throw e }))
 * const kept = program.evaluate(first, { x: [0, 0] })
 * program.evaluate(rest, { x: [0, 0], v: [2, 3], ...kept }) // => { y: Float64Array.of(2, 3) }
 * ```
 */
export const inStages =
  (varying: readonly string[]) =>
  (p: Program<string, string>): E.Either<ArgumentError, Stages> => {
    const unknown = varying.find((name) => !Object.hasOwn(p.inputs, name))
    if (unknown !== undefined)
      return E.left(shapeError(`split "${p.name}"`, `one of ${Object.keys(p.inputs).join(", ")}`, `"${unknown}"`))
    const order = topological(Object.values(p.outputs))
    const moving = new Set<Tensor>(varying.map((name) => p.inputs[name]!))
    for (const y of order) if (y.args.some((a) => moving.has(a))) moving.add(y)
    const kept = frontier(order, moving)
    const unused = unusedNames(p.inputs, kept.length)
    const names = new Map(kept.map((y, i) => [y, unused[i]!] as const))
    const by = new Map<Tensor, Tensor>(kept.map((y, i) => [y, P.input(unused[i]!, y.shape)]))
    const inputs = Object.fromEntries([...names].map(([y, name]) => [name, by.get(y)!]))
    const stay = Object.fromEntries(Object.entries(p.inputs).filter(([name]) => !varying.includes(name)))
    return E.right({
      first: {
        name: `first(${p.name})`,
        inputs: stay,
        outputs: Object.fromEntries([...names].map(([y, name]) => [name, y]))
      },
      rest: { name: `rest(${p.name})`, inputs: { ...p.inputs, ...inputs }, outputs: rebuilt(p.outputs, order, by) }
    })
  }

/** `count` names that are not taken: a program that is itself the rest of another has the first ones already. */
const unusedNames = (taken: Readonly<Record<string, unknown>>, count: number): readonly string[] => {
  const found: string[] = []
  for (let i = 0; found.length < count; i++) if (!Object.hasOwn(taken, `kept.${i}`)) found.push(`kept.${i}`)
  return found
}

/** What takes less time to compute again than to read from memory. */
const cheap = new Set<string>(["neg", "add", "sub", "mul"] satisfies (Unary | Binary)[])
/** Operations by which a value may be made again. */
const AGAIN = 4

/** Operations that make y again of what is kept and of inputs; more than `AGAIN` where something else is in between. */
const operations = (y: Tensor, kept: ReadonlySet<Tensor>): number => {
  if (kept.has(y)) return 0
  const { op } = y
  const own = free.has(op.kind) ? 0 : "fn" in op && cheap.has(op.fn) ? 1 : AGAIN + 1
  // An operand that is asked for twice is counted twice: a bound, not a count.
  return y.args.reduce((sum, a) => (sum > AGAIN ? sum : sum + operations(a, kept)), own)
}

/** Without what a few cheap operations make of the others: the last first, so that what is made of it goes before it. */
const thinned = (found: ReadonlySet<Tensor>, order: readonly Tensor[]): ReadonlySet<Tensor> => {
  const kept = new Set(found)
  for (const y of order.toReversed()) {
    if (!kept.delete(y)) continue
    if (operations(y, kept) > AGAIN) kept.add(y)
  }
  return kept
}

/** The values that stay, cost something, and are asked for by what varies, through views at most. */
const frontier = (order: readonly Tensor[], moving: ReadonlySet<Tensor>): readonly Tensor[] => {
  const found = new Set<Tensor>()
  const ask = (y: Tensor): void => {
    if (moving.has(y)) return
    if (!free.has(y.op.kind)) found.add(y)
    else for (const a of y.args) ask(a)
  }
  for (const y of order) if (moving.has(y)) for (const a of y.args) ask(a)
  const kept = thinned(found, order)
  return order.filter((y) => kept.has(y))
}

/** The same outputs with some nodes replaced. */
const rebuilt = (
  outputs: Readonly<Record<string, Tensor>>,
  order: readonly Tensor[],
  by: Map<Tensor, Tensor>
): Readonly<Record<string, Tensor>> => {
  for (const y of order) {
    if (by.has(y)) continue
    const args = y.args.map((a) => by.get(a) ?? a)
    if (args.some((a, i) => a !== y.args[i])) by.set(y, { ...y, args })
  }
  return Object.fromEntries(Object.entries(outputs).map(([name, y]) => [name, by.get(y) ?? y]))
}
