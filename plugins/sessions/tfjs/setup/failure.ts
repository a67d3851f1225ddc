/** How setting up TensorFlow fails. */
import { Effect } from "effect"
import { type Failure, failureOf } from "../../../../core/failure/mod.ts"
import { type Command, type Ending, execute } from "../../native/process.ts"

/** Why there is no TensorFlow now: for whoever goes on by it, beside what a person reads. */
export type SetupReason =
  | "unsupported"
  | "no-python"
  | "no-pip"
  | "no-npm"
  | "no-compiler"
  | "download-failed"
  | "compiler-failed"
  | "not-loadable"
  | "system"

export type SetupError = Failure<"SetupError"> & { readonly reason: SetupReason }

export const setupError = failureOf<"SetupError", { readonly reason: SetupReason }>("SetupError")

/** Runs a program to its end; `missing` is the failure where there is no such program. */
export const run = (command: Command, missing: SetupError): Effect.Effect<Ending, SetupError> =>
  execute(command).pipe(
    Effect.mapError((e) =>
      /ENOENT|not found/i.test(e.got)
        ? missing
        : setupError({
            reason: "system",
            doing: command.doing,
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
