/** `pgex check`: `first-order`, how far the linear model of a finished run reaches, and what stands in files beside this. */
import { Effect } from "effect"
import { Argument, Command } from "effect/cli"
import * as E from "fp-ts/lib/Either.js"
import { runStoreError } from "../../core/service/run_store.ts"
import { percent } from "../../core/text/numbers.ts"
import { parseFirstOrderTable } from "../../pipeline/internal.ts"
import type { FirstOrderRow } from "../../pipeline/mod.ts"
import { readRun } from "../runs/store/mod.ts"
import { curvatureCommand } from "./check_curvature.ts"
import { print } from "./output.ts"
import { shared } from "./shared.ts"

const firstOrder = Command.make(
  "first-order",
  { run: Argument.String("run").pipe(Argument.withDescription("A run directory, e.g. runs/quick-0")) },
  Effect.fn("pgex.check.firstOrder")(function* (o) {
    const { json } = yield* shared
    const { store } = yield* readRun(o.run)
    const artefact = yield* store.find("first-order", "table")
    const path = `${store.directory}/first-order`
    if (artefact === undefined) {
      return yield* Effect.fail(
        runStoreError({
          reason: "missing",
          path,
          want: "the table of the first-order check",
          got: "a run that stopped before it",
          fix: "continue the run with pgex run --resume --out on its directory"
        })
      )
    }
    const parsed = parseFirstOrderTable(new TextDecoder().decode(yield* store.bytes(artefact)))
    if (E.isLeft(parsed)) {
      return yield* Effect.fail(runStoreError({ reason: "damaged", path: artefact.path, want: parsed.left, got: "" }))
    }
    yield* print(json, { run: store.name, artefact: artefact.path, rows: parsed.right }, describe(parsed.right))
  })
).pipe(
  Command.withDescription(
    "Print a finished run's table of relative RSS by distance: the squared error of the first-order expansion of " +
      "log-probability around θ★ over the squared log-probability, along adapted and random directions, with intervals."
  ),
  Command.withShortDescription("Relative error of the linear model by distance"),
  Command.withExamples([
    { command: "pgex check first-order runs/quick-0", description: "The table of a run" },
    { command: "pgex check first-order runs/quick-0 --json", description: "As JSON" }
  ])
)

export const checkCommand = Command.make("check").pipe(
  Command.withDescription(
    "Check how far a finished run's estimates can be trusted, and how far what it learns generalises."
  ),
  Command.withShortDescription("How far a finished run's estimates can be trusted"),
  Command.withSubcommands([firstOrder, curvatureCommand])
)

const describe = (rows: readonly FirstOrderRow[]): string => {
  const level = Math.round(100 * (rows[0]?.relativeRss.level ?? 0.95))
  const lines = rows.map(({ direction, distance, relativeRss: r }) =>
    [
      direction.padEnd(11),
      percent(distance, 3).padEnd(10),
      percent(r.value, 3).padEnd(14),
      `${percent(r.low, 3)} to ${percent(r.high, 3)}`.padEnd(27),
      r.n
    ].join("")
  )
  const head = `${"direction".padEnd(11)}${"distance".padEnd(10)}${"relative RSS".padEnd(14)}${`${level}% interval`.padEnd(27)}directions`
  return [head, ...lines].join("\n")
}
