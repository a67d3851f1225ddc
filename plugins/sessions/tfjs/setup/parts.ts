/** Parts of a build as folders that are whole or not there. */
import type { Effect } from "effect"
import { wholeFolder } from "../../../io/whole_folder.ts"
import { type SetupError, setupError } from "./failure.ts"

/** Makes a folder by `fill`, unless it is there, as {@link wholeFolder} does. */
export const whole = <R>(
  folder: string,
  fill: (part: string) => Effect.Effect<void, SetupError, R>
): Effect.Effect<boolean, SetupError, R> =>
  wholeFolder(
    folder,
    (cause) =>
      setupError({
        reason: "system",
        doing: `make the folder ${folder}`,
        want: "a folder that can be written",
        got: cause instanceof Error ? cause.message : String(cause),
        fix: "mend that, or choose another folder with --dir"
      }),
    fill
  )
