/** `pgex runs`: runs and experiments on the disk. */
import { Effect, Option } from "effect"
import { Argument, Command, Flag, Prompt } from "effect/cli"
import { argumentError } from "../../core/failure/mod.ts"
import { fileError } from "../../core/service/file_error.ts"
import { suggestion } from "../../core/text/choices.ts"
import { overSeeds } from "../../core/text/numbers.ts"
import { clipped } from "../../core/text/printable.ts"
import { replaceFile } from "../runs/store/mod.ts"
import type { Compared, RunRow } from "../sweeps/internal.ts"
import { aligned, print, remark, Shown } from "./output.ts"
import { shared } from "./shared.ts"

const library = Effect.promise(() => import("../sweeps/internal.ts"))

const folderArgument = Argument.String("folder").pipe(
  Argument.withDefault("runs"),
  Argument.withDescription("A run, an experiment, or a folder of such; runs without it")
)
const runArgument = (name: string) =>
  Argument.String(name).pipe(Argument.withDescription("A run directory, or an experiment: its runs together"))

const where = Flag.String("where").pipe(
  Flag.between(0, 100),
  Flag.withMetavar("KEY=VALUE"),
  Flag.withDescription(
    "Only runs with this setting, e.g. --where grouping.k=2, or --where state=failed; may be repeated"
  )
)

/** The runs of a folder that have all of these. Errors: `ArgumentError` for a key that no run has. */
const chosen = Effect.fnUntraced(function* (folder: string, conditions: readonly string[]) {
  const { leaves, runsIn } = yield* library
  const runs = yield* runsIn(folder)
  const all = runs.map((run) => ({ run, own: new Map([...leaves(run.config), ["state", run.state]]) }))
  for (const condition of conditions) {
    const at = condition.indexOf("=")
    const key = condition.slice(0, Math.max(at, 0))
    const keys = [...new Set(all.flatMap(({ own }) => [...own.keys()]))]
    if (at > 0 && keys.includes(key)) continue
    const fix = at > 0 ? suggestion(key, keys) : "e.g. --where grouping.k=2"
    const want = at > 0 ? "a setting of these runs, or state" : "KEY=VALUE"
    return yield* Effect.fail(argumentError({ doing: "use --where", want, got: at > 0 ? key : condition, fix }))
  }
  const fits = ({ own }: (typeof all)[number]): boolean =>
    conditions.every((c) => own.get(c.slice(0, c.indexOf("="))) === c.slice(c.indexOf("=") + 1))
  return all.filter(fits).map(({ run }) => run)
})

const withReturns = Effect.fnUntraced(function* (runs: readonly RunRow[]) {
  const { returnsOf } = yield* library
  return yield* Effect.forEach(runs, (run) => Effect.map(returnsOf(run), (returns) => ({ ...run, returns })))
})

const listCommand = Command.make(
  "list",
  { folder: folderArgument, where },
  Effect.fn("pgex.runs.list")(function* (o) {
    const { json } = yield* shared
    const runs = yield* chosen(o.folder, o.where)
    const table = [
      ["run", "state", "started", "result"],
      ...runs.map(({ name, state, startedAt, headline, error }) => {
        const result = clipped(headline ?? error ?? "")
        return [clipped(name), state, startedAt.slice(0, 16).replace("T", " "), result]
      })
    ]
    yield* print(json, { runs: runs.map(({ config: _, ...run }) => run) }, aligned(table).join("\n"))
  })
).pipe(
  Command.withDescription(
    "Runs and experiments in a folder and below: their state, when they began, what came of them"
  ),
  Command.withShortDescription("Lists runs"),
  Command.withExamples([
    { command: "pgex runs list experiments/six --where grouping.k=2", description: "Those of an experiment with k = 2" }
  ])
)

const showCommand = Command.make(
  "show",
  { run: Argument.String("run").pipe(Argument.withDescription("A run directory")) },
  Effect.fn("pgex.runs.show")(function* (o) {
    const { json } = yield* shared
    const { estimate, leaves } = yield* library
    const [run, ...others] = yield* withReturns(yield* chosen(o.run, []))
    if (run === undefined || others.length > 0) {
      const got = `a folder with ${others.length + 1} of them`
      const fix = `pgex runs list ${o.run} lists them`
      return yield* Effect.fail(argumentError({ doing: `show ${o.run}`, want: "one run", got, fix }))
    }
    const settings = leaves(run.config)
    const methods = run.returns.map(({ method, perSeed }) => ({ method, perSeed, ...estimate(perSeed) }))
    const text = [
      `${clipped(run.name)}: ${run.state}, begun ${clipped(run.startedAt)}`,
      clipped(run.headline ?? run.error ?? "", 2000),
      "",
      ...aligned(
        methods.map((m) => [
          clipped(m.method),
          overSeeds(m.value === undefined ? undefined : { ...m, value: m.value, seeds: m.perSeed.length })
        ])
      ),
      "",
      ...aligned(settings.map(([key, value]) => [key, clipped(value)]))
    ]
    yield* print(json, { ...run, methods }, text.join("\n"))
  })
).pipe(Command.withDescription("One run: how it ended, returns by method with intervals over seeds, all settings"))

const compareCommand = Command.make(
  "compare",
  {
    first: runArgument("first"),
    second: runArgument("second").pipe(Argument.optional),
    by: Flag.String("by").pipe(
      Flag.optional,
      Flag.withMetavar("KEY"),
      Flag.withDescription(
        "Compare the runs of one experiment by the values of this setting; the others count as seeds"
      )
    ),
    where,
    report: Flag.String("report").pipe(
      Flag.optional,
      Flag.withMetavar("FILE"),
      Flag.withDescription("Also write a page that shows it, one HTML file, which is replaced")
    )
  },
  Effect.fn("pgex.runs.compare")(function* (o) {
    const { json } = yield* shared
    const { compared, leaves } = yield* library
    const [second, by] = [Option.getOrUndefined(o.second), Option.getOrUndefined(o.by)]
    if ((second === undefined) === (by === undefined)) {
      const got = second === undefined ? "one folder and no --by" : "both"
      const want = "two runs or experiments, or one experiment and --by KEY"
      return yield* Effect.fail(argumentError({ doing: "compare runs", want, got }))
    }
    const folders = second === undefined ? [o.first] : [o.first, second]
    const found = yield* Effect.forEach(folders, (folder) => Effect.flatMap(chosen(folder, o.where), withReturns))
    const valueIn = (run: RunRow): string => new Map(leaves(run.config)).get(by ?? "") ?? "nothing"
    if (by !== undefined && !(found[0] ?? []).some((run) => valueIn(run) !== "nothing")) {
      const fix = suggestion(by, [...new Set((found[0] ?? []).flatMap((r) => leaves(r.config).map(([key]) => key)))])
      return yield* Effect.fail(argumentError({ doing: "use --by", want: "a setting of these runs", got: by, fix }))
    }
    const sides =
      by === undefined
        ? found.map((runs, i) => ({ label: folders[i] ?? "", runs }))
        : [...Map.groupBy(found[0] ?? [], valueIn)].map(([value, runs]) => ({ label: `${by}=${value}`, runs }))
    const result = compared(sides)
    const to = Option.getOrUndefined(o.report)
    if (to === undefined) return yield* print(json, result, comparedText(result))
    const { comparedPage } = yield* Effect.promise(() => import("../sweeps/report/mod.ts"))
    yield* replaced(to, comparedPage(result, sides))
    yield* print(json, { ...result, report: to }, `${comparedText(result)}\n\nreport: ${clipped(to)}`)
  })
).pipe(
  Command.withDescription(
    "Runs beside each other: settings that differ, and the return of each method, with Student's interval over all runs' " +
      "training seeds on a side; of two sides also the difference: over pairs of runs of the same seed where there are such (Student), else Welch's interval. " +
      "Computed from all rows of the runs' returns."
  ),
  Command.withShortDescription("What differs between runs"),
  Command.withExamples([
    { command: "pgex runs compare runs/quick-0 runs/quick-1", description: "Two runs" },
    { command: "pgex runs compare experiments/six --by grouping.k", description: "Over the seeds of an experiment" },
    { command: "pgex runs compare runs/quick-0 runs/quick-1 --report both.html", description: "As a page as well" }
  ])
)

const comparedText = ({ sides, settings, methods }: Compared): string => {
  const labels = sides.map((s) => clipped(s.label))
  const two = sides.length === 2
  return [
    ...aligned([["setting", ...labels], ...settings.map(({ key, values }) => [key, ...values.map((v) => clipped(v))])]),
    "",
    ...aligned([
      ["mean return", ...labels, ...(two ? ["difference"] : [])],
      ...methods.map((m) => [clipped(m.method), ...m.sides.map(overSeeds), ...(two ? [overSeeds(m.difference)] : [])])
    ])
  ].join("\n")
}

const verifyCommand = Command.make(
  "verify",
  { folder: folderArgument },
  Effect.fn("pgex.runs.verify")(function* (o) {
    const { json } = yield* shared
    const { runsIn, verified } = yield* library
    const all = yield* Effect.forEach(yield* runsIn(o.folder), verified)
    const bad = all.filter((v) => v.problems.length > 0)
    const table = all.map((v) => [
      clipped(v.name),
      v.problems.length === 0 ? "as it was left" : "changed",
      `${v.artefacts} artefacts, ${v.bytes} bytes`
    ])
    yield* print(json, { runs: all }, aligned(table).join("\n"))
    if (bad.length === 0) return
    for (const problem of bad.flatMap((v) => v.problems)) yield* remark(problem)
    return yield* Effect.fail(new Shown())
  })
).pipe(
  Command.withDescription(
    "Whether runs are as they were left: every artefact by its SHA-256, the digest over all of them, and the log. Exit code 1 where one is not."
  ),
  Command.withShortDescription("Checks every hash of runs")
)

/** Writes a file whole, or not at all. */
const replaced = (path: string, text: string) =>
  Effect.uninterruptible(
    Effect.tryPromise({ try: () => replaceFile(path, text), catch: (e: unknown) => fileError("write", path, e) })
  )

const exportCommand = Command.make(
  "export",
  {
    folder: folderArgument,
    where,
    format: Flag.Literals("format", ["csv", "latex", "json"]).pipe(
      Flag.withDefault("csv"),
      Flag.withDescription("What the table is written as")
    ),
    to: Flag.String("to").pipe(
      Flag.optional,
      Flag.withMetavar("FILE"),
      Flag.withDescription("The file to write, which is replaced; standard output without it")
    )
  },
  Effect.fn("pgex.runs.export")(function* (o) {
    const { json } = yield* shared
    const { exportTable } = yield* library
    const runs = yield* withReturns(yield* chosen(o.folder, o.where))
    const text = exportTable(runs, json ? "json" : o.format)
    const to = Option.getOrUndefined(o.to)
    if (to === undefined) return yield* print(json, JSON.parse(exportTable(runs, "json")), text.trimEnd())
    yield* replaced(to, text)
    yield* print(json, { file: to, runs: runs.length }, `${to}: ${runs.length} runs`)
  })
).pipe(
  Command.withDescription(
    "A row for each run and method: the settings in which the runs differ, mean return, its interval over training seeds"
  ),
  Command.withShortDescription("The results of runs as CSV, LaTeX or JSON")
)

const rmCommand = Command.make(
  "rm",
  {
    folders: Argument.String("folder").pipe(
      Argument.atLeast(1),
      Argument.withDescription("Folders of runs or experiments")
    ),
    yes: Flag.Boolean("yes").pipe(
      Flag.withDefault(false),
      Flag.withoutNegation,
      Flag.withDescription("Remove without asking")
    )
  },
  Effect.fn("pgex.runs.rm")(function* (o) {
    const { json } = yield* shared
    const { removableAt, removeRuns } = yield* library
    // All of them are looked at before the first is removed.
    const kinds = yield* Effect.forEach(o.folders, removableAt)
    const what = o.folders.map((folder, i) => `the ${kinds[i]} ${clipped(folder)}`).join(", ")
    if (!o.yes) {
      if (json || process.stdin.isTTY !== true || process.stderr.isTTY !== true) {
        const got = "no terminal to ask at"
        return yield* Effect.fail(argumentError({ doing: `remove ${what}`, want: "--yes", got }))
      }
      const sure = yield* Prompt.run(Prompt.Confirm({ message: `Remove ${what} for good?` }))
      if (!sure) return yield* print(json, { removed: [] }, "nothing was removed")
    }
    for (const folder of o.folders) yield* removeRuns(folder)
    yield* print(json, { removed: o.folders }, `removed ${what}`)
  })
).pipe(
  Command.withDescription("Remove runs and experiments for good, with all that is in their folders; asks first"),
  Command.withShortDescription("Removes runs")
)

export const runsCommand = Command.make("runs").pipe(
  Command.withDescription("Runs and experiments on the disk: list, show, compare, verify, export, remove"),
  Command.withShortDescription("Runs and experiments on the disk"),
  Command.withSubcommands([listCommand, showCommand, compareCommand, verifyCommand, exportCommand, rmCommand])
)
