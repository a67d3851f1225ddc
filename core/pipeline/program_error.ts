/** A program that a stage could not build, as an error of the stage. */
import { Schema } from "effect"
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
