/** A program that a stage could not build, as an error of the stage. */
import { Effect, Schema } from "effect"
import * as E from "fp-ts/lib/Either.js"
import type { Program } from "../program/program.ts"
import { type ShapeError, shapeMessage } from "../program/shape.ts"

export class ProgramError extends Schema.TaggedError<ProgramError>()("ProgramError", {
  operation: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return this.detail
  }

  static of(e: ShapeError): ProgramError {
    return new ProgramError({ operation: e.operation, detail: shapeMessage(e) })
  }
}

/** A program that was built, or the stage's error: where the pure core meets the pipeline. */
export const built = <I extends string, O extends string>(
  p: E.Either<ShapeError, Program<I, O>>
): Effect.Effect<Program<I, O>, ProgramError> =>
  E.isLeft(p) ? Effect.fail(ProgramError.of(p.left)) : Effect.succeed(p.right)
