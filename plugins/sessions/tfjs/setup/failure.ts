/** How setting up TensorFlow fails. */
import { Effect, Schema } from "effect"
import { type Command, type Ending, execute } from "../../native/process.ts"

/** Why there is no TensorFlow now. `fix` is for the person who reads it, `reason` for the program. */
export class SetupError extends Schema.TaggedError<SetupError>()("SetupError", {
  reason: Schema.Literals([
    "unsupported",
    "no-python",
    "no-pip",
    "no-npm",
    "no-compiler",
    "download-failed",
    "compiler-failed",
    "not-loadable",
    "system"
  ]),
  operation: Schema.String,
  want: Schema.String,
  got: Schema.String,
  fix: Schema.String
}) {
  override get message(): string {
    return `Cannot ${this.operation}: want ${this.want}, got ${this.got}; ${this.fix}`
  }
}

/** Runs a program to its end; `missing` is the failure where there is no such program. */
export const run = (command: Command, missing: SetupError): Effect.Effect<Ending, SetupError> =>
  execute(command).pipe(
    Effect.mapError((e) =>
      /ENOENT|not found/i.test(e.got)
        ? missing
        : new SetupError({
            reason: "system",
            operation: command.operation,
            want: e.want,
            got: e.got,
            fix: "mend that, then run the same command again: what is done stays done"
          })
    )
  )

/** The last line that tells something: an error's own where there is one. */
export const lastWords = ({ stdout, stderr }: Ending): string => {
  const lines = `${stdout}\n${stderr}`
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
  return (lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1) ?? "no word of why").slice(0, 300)
}
