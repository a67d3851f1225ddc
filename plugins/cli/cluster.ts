/** `pgex cluster`: groups from any affinity matrix. */
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { type ArgumentError, argumentError } from "../../core/failure/mod.ts"
import { type GroupCount, type Grouping, group, groupingMethods } from "../../core/grouping/mod.ts"
import { child, key, stream } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { monotonicSeconds } from "../../core/service/monotonic.ts"
import { counted, show } from "../../core/text/numbers.ts"
import { clipped } from "../../core/text/printable.ts"
import { print, remark } from "./output.ts"
import { shared } from "./shared.ts"

export const clusterCommand = Command.make(
  "cluster",
  {
    file: Argument.String("file").pipe(
      Argument.withDescription(
        "A square matrix in .csv, .json, .npy or .npz; - is standard input (the bytes tell the format)"
      )
    ),
    k: Flag.Int("k").pipe(Flag.optional, Flag.withMetavar("K"), Flag.withDescription("Number of groups")),
    lambda: Flag.Finite("lambda").pipe(
      Flag.optional,
      Flag.withMetavar("L"),
      Flag.withDescription(
        "Price of a group, in the units of the matrix, instead of their number; the bound is then on value − L·groups"
      )
    ),
    auto: Flag.Boolean("auto").pipe(
      Flag.withDefault(false),
      Flag.withoutNegation,
      Flag.withDescription("Let the matrix choose the number of groups")
    ),
    method: Flag.Literals("method", [...groupingMethods]).pipe(
      Flag.withDefault("sdp"),
      Flag.withDescription("How to group; sdp also certifies how good the groups are")
    ),
    key: Flag.String("key").pipe(
      Flag.optional,
      Flag.withMetavar("NAME"),
      Flag.withDescription("Which array of an .npz file, or which key of a JSON object, holds the matrix")
    ),
    matrix: Flag.Boolean("matrix").pipe(
      Flag.withDefault(false),
      Flag.withoutNegation,
      Flag.withDescription("Give the relaxation's solution X as well")
    )
  },
  Effect.fn("pgex.cluster")(function* (o) {
    const { json, seed } = yield* shared
    const count = yield* countOf(Option.getOrUndefined(o.k), Option.getOrUndefined(o.lambda), o.auto)
    const from = yield* fromEither(key(seed ?? 0))
    const { readMatrix, toRows } = yield* Effect.promise(() => import("../io/matrix/mod.ts"))
    const affinity = yield* readMatrix(o.file, Option.getOrUndefined(o.key))
    const source = stream(child(from, "cluster"))
    const started = yield* monotonicSeconds
    const found = yield* fromEither(group(toRows(affinity), { ...count, method: o.method, stream: source }))
    const seconds = (yield* monotonicSeconds) - started
    const said = found.indifference?.message
    for (const warning of found.warnings) if (json || warning !== said || !isArbitrary(found)) yield* remark(warning)
    const names = affinity.names ?? found.labels.map((_, i) => String(i))
    const { X, ...result } = found
    // Groups that the matrix does not speak for are not shown as if it did.
    const arbitrary = isArbitrary(found) ? { groups: null, labels: null } : {}
    const value = { ...result, ...arbitrary, names, seed: seed ?? 0, seconds, ...(o.matrix ? { X } : {}) }
    yield* print(json, value, describe(found, names, seconds, o.matrix))
  })
).pipe(
  Command.withDescription(
    "Group tasks by an affinity matrix (entry i,j says how much i and j help each other), ours or any other. " +
      "The method sdp solves the paper's relaxation (7), rounds it, and certifies how far from the best the groups can be."
  ),
  Command.withShortDescription("Group tasks by any affinity matrix"),
  Command.withExamples([
    { command: "pgex cluster affinity.csv --k 3", description: "Three groups" },
    { command: "pgex cluster affinity.npy --auto --json", description: "As many as the matrix asks for, as JSON" },
    { command: "cat affinity.json | pgex cluster - --lambda 0.5 --matrix", description: "With a price for each group" }
  ])
)

/** Whether other groups would be as good; one group, and each task alone, are what was asked for. */
const isArbitrary = ({ indifference, method, k, labels }: Grouping): boolean =>
  indifference !== null && method !== "random" && k > 1 && k < labels.length

/** Exactly one of the three. */
const countOf = (
  k: number | undefined,
  lambda: number | undefined,
  auto: boolean
): Effect.Effect<GroupCount, ArgumentError> => {
  const given = [
    ...(k === undefined ? [] : ["--k"]),
    ...(lambda === undefined ? [] : ["--lambda"]),
    ...(auto ? ["--auto"] : [])
  ]
  if (given.length !== 1) {
    const want = "exactly one of --k K, --lambda L and --auto"
    const got = given.length === 0 ? "none of them" : given.join(" and ")
    return Effect.fail(argumentError({ doing: "choose the number of groups", want, got }))
  }
  return Effect.succeed(k !== undefined ? { k } : lambda !== undefined ? { lambda } : { k: "auto" })
}

const describe = (g: Grouping, names: readonly string[], seconds: number, matrix: boolean): string => {
  const quality =
    g.objective === null || g.bound === null
      ? `value ${show(g.roundedObjective)}`
      : `value ${show(g.roundedObjective)}, of the relaxation ${show(g.objective)}, certified bound ${show(g.bound)}`
  const called = (t: number) => clipped(names[t] ?? String(t))
  return [
    ...(isArbitrary(g)
      ? [`no groups: ${g.indifference?.message}`]
      : g.groups.map((members, i) => `group ${i + 1}: ${members.map(called).join(", ")}`)),
    quality,
    `${g.method}, ${counted(g.k, "group")}, ${g.iterations === null ? "" : `${g.iterations} iterations, `}${(1000 * seconds).toFixed(1)} ms`,
    ...(g.evidence ?? []).map(
      (e) =>
        `  k = ${e.k}: value ${show(e.value)}, by chance ${show(e.chanceMean)} (deviation ${show(e.chanceDeviation)}), gap ${show(e.gap)}`
    ),
    ...(matrix && g.X !== null ? g.X.map((row) => row.map((x) => x.toFixed(4)).join(" ")) : [])
  ].join("\n")
}
