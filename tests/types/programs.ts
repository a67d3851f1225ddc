/** Programs, misused: each line below an expectation must not compile, and tsc says so where one does. Nothing runs. */
import type { Effect } from "effect"
import type * as E from "fp-ts/lib/Either.js"
import type { ArgumentError } from "../../core/failure/mod.ts"
import {
  add,
  evaluate,
  grad,
  hvp,
  type Program,
  perExample,
  program,
  square,
  sum,
  vjp
} from "../../core/program/mod.ts"
import type { Executable, SessionService } from "../../core/service/session.ts"

declare const squares: Program<"x", "y">
declare const session: SessionService
declare const ready: Executable<"x", "y">

/** Its inputs are those of the shapes, its outputs those of the body. */
export const names = (): E.Either<ArgumentError, Program<"x", "y">> =>
  program("squares", { x: [3] }, ({ x }) => ({ y: sum(square(x)) }))

export const aTensorThatIsNone = () =>
  // @ts-expect-error: the program has x, no z
  program("squares", { x: [3] }, ({ z }) => ({ y: z }))

export const anotherProgramsInput = () =>
  // @ts-expect-error: x is given by name, not another name
  evaluate(squares, { z: [1, 2, 3] })

export const aMissingInput = () =>
  // @ts-expect-error: x is missing
  evaluate(squares, {})

export const anotherProgramsOutput = () =>
  // @ts-expect-error: the program gives y, no loss
  evaluate(squares, { x: [1, 2, 3] }).loss

export const aGradient = () => grad({ of: "y", wrt: ["x"] })(squares)

export const aGradientOfNothing = () =>
  // @ts-expect-error: the program gives y, no loss
  grad({ of: "loss", wrt: ["x"] })(squares)

export const aGradientByNothing = () =>
  // @ts-expect-error: the program has x, no theta
  grad({ of: "y", wrt: ["theta"] })(squares)

export const aCotangentOfNothing = () =>
  // @ts-expect-error: the program gives y, no loss
  vjp({ of: ["loss"], wrt: ["x"] })(squares)

export const aHessianByNothing = () =>
  // @ts-expect-error: the program has x, no theta
  hvp({ of: "y", wrt: "theta" })(squares)

export const aBatchOfNothing = () =>
  // @ts-expect-error: the program has x, no theta
  perExample({ batched: ["theta"], size: 2 })(squares)

export const arraysAsTensors = () =>
  // @ts-expect-error: operands are tensors or numbers; constant() makes a tensor of numbers
  add([1, 2], 1)

export const whatRunGives = (): Effect.Effect<{ readonly y: Float32Array | Float64Array }, unknown> =>
  ready.run({ x: [1, 2, 3] })

export const aRunWithoutItsInput = () =>
  // @ts-expect-error: x is missing
  ready.run({})

export const aTargetOfNothing = () =>
  // @ts-expect-error: the program gives y, no loss
  ready.run({ x: [1, 2, 3] }, { loss: new Float32Array(1) })

export const anOutputThatIsTaken = (): Effect.Effect<{ readonly y: Float32Array | Float64Array }, unknown> =>
  // @ts-expect-error: y went to its target and is not given back
  ready.run({ x: [1, 2, 3] }, { y: new Float32Array(1) })

export const aProgramThatMayHaveFailed = () =>
  // @ts-expect-error: what may be an error is looked at first
  session.compile(names())
