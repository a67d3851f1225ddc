/** `pgex check curvature RUN`: how sharp the loss of a run's policies is, and whether that bounds what does not generalise. */
import { Effect } from "effect"
import { Command, Flag } from "effect/cli"
import { quantile, type Spectrum } from "../../core/curvature/mod.ts"
import { key } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { show } from "../../core/text/numbers.ts"
import { clipped } from "../../core/text/printable.ts"
import type { CurvaturePoint } from "../../pipeline/mod.ts"
import { decodeConfig } from "../config/mod.ts"
import { calling } from "../loading/mod.ts"
import type { RunCurvature } from "../runs/curvature_run.ts"
import { atLeast, ofRun, openRun, taskFlag } from "./of_run.ts"
import { aligned, print } from "./output.ts"
import { shared } from "./shared.ts"

export const curvatureCommand = Command.make(
  "curvature",
  {
    ...ofRun,
    probes: Flag.Int("probes").pipe(
      Flag.withDefault(50),
      Flag.withMetavar("N"),
      Flag.withDescription("Hessian-vector products for a trace, at most; at least 2")
    ),
    checkpoints: Flag.Int("checkpoints").pipe(
      Flag.withDefault(0),
      Flag.withMetavar("N"),
      Flag.withDescription(
        "Train anew from the first policy, with the run's settings, and measure at N iterations evenly from the first to the last"
      )
    ),
    sizes: Flag.Int("sizes").pipe(
      Flag.withDefault(0),
      Flag.withMetavar("N"),
      Flag.withDescription("Train N random sets of tasks of each size likewise, and measure after that")
    ),
    layers: Flag.Boolean("layers").pipe(
      Flag.withDefault(false),
      Flag.withoutNegation,
      Flag.withDescription("The traces of single layers too, as many products each")
    ),
    exact: Flag.Boolean("exact").pipe(
      Flag.withDefault(false),
      Flag.withoutNegation,
      Flag.withDescription(
        "Exact traces, by one product a parameter, where a policy has fewer than 10,000; takes minutes"
      )
    ),
    spectrum: Flag.Boolean("spectrum").pipe(
      Flag.withDefault(false),
      Flag.withoutNegation,
      Flag.withDescription("How all eigenvalues are spread, by 240 products more")
    ),
    task: taskFlag("This task alone too, in place of the first; may be repeated")
  },
  Effect.fn("pgex.check.curvature")(function* (o) {
    const { json, seed = 0 } = yield* shared
    yield* fromEither(
      atLeast([
        ["--probes", 2, o.probes],
        ["--checkpoints", 0, o.checkpoints],
        ["--sizes", 0, o.sizes]
      ])
    )
    const from = yield* fromEither(key(seed))
    const { run, store, catalog } = yield* openRun(o)
    const config = yield* fromEither(decodeConfig(run.config, `${store.directory}/run.json`))
    const { curvatureOfRun } = yield* Effect.promise(() => import("../runs/curvature_run.ts"))
    const { measuring, Workers } = yield* Effect.promise(() => import("../../pipeline/mod.ts"))
    const { sessionLayer } = yield* Effect.promise(() => import("../sessions/mod.ts"))
    const { progressDisplay } = yield* Effect.promise(() => import("../runs/progress.ts"))
    const options = {
      how: { ...measuring, probes: o.probes, layers: o.layers, exact: o.exact, spectrum: o.spectrum },
      checkpoints: o.checkpoints,
      draws: o.sizes,
      ...(o.task.length === 0 ? {} : { tasks: o.task })
    }
    const found = yield* calling(curvatureOfRun(store, config, catalog, options, from)).pipe(
      Effect.provide(Workers.here(catalog)),
      Effect.provide(sessionLayer(o.session)),
      Effect.provide(progressDisplay())
    )
    yield* print(json, { run: store.name, seed, ...found }, describe(found))
  })
).pipe(
  Command.withDescription(
    "Measure how far what an iteration of training learns holds on transitions that it never saw: the policy-gradient loss on both, " +
      "the trace and the ends of its Hessian, and the bound of Theorem 1 with every term, for all tasks, each group and a single task. " +
      "An iteration starts at the run's θ★; with --checkpoints along a training from the first policy."
  ),
  Command.withShortDescription("How sharp a run's losses are, and the bound that makes of what does not generalise"),
  Command.withExamples([
    { command: "pgex check curvature runs/quick-0", description: "After the run, within seconds" },
    {
      command: "pgex check curvature runs/quick-0 --checkpoints 5 --sizes 3",
      description: "Over training, and by the number of tasks"
    },
    {
      command: "pgex check curvature runs/quick-0 --layers --probes 99 --json",
      description: "By layer, as JSON, with every term of the bounds"
    }
  ])
)

const describe = (found: RunCurvature): string =>
  [
    ...section("An iteration from θ★", found.finished),
    ...section("Over training", found.training),
    ...section("By the number of tasks, after training", found.sizes),
    "gap: loss on unseen transitions less that on those trained on. bound: on the gap, by Theorem 1 about the iteration's start, without",
    "its terms of O(n^-3/4); bound (6): its √(C·H/n) about 0, as printed. Eigenvalues with the residual that one lies within."
  ].join("\n")

const section = (title: string, points: readonly CurvaturePoint[]): readonly string[] => {
  if (points.length === 0) return []
  const table = [
    ["set", "tasks", "iteration", "gap", "95% interval", "bound", "bound (6)", "H", "trace", "largest", "smallest"],
    ...points.map((p) => [
      clipped(p.set, 24),
      String(p.tasks.length),
      String(p.iteration),
      show(p.gap.estimate),
      `${show(p.gap.low)} to ${show(p.gap.high)}`,
      show(p.start.bound.gap),
      show(p.zero.bound.hessian),
      show(p.zero.weighted.estimate),
      `${show(p.trace.estimate)} (${show(p.trace.low)} to ${show(p.trace.high)})`,
      `${show(p.largest.value)} ±${show(p.largest.residual)}`,
      `${show(p.smallest.value)} ±${show(p.smallest.residual)}`
    ])
  ]
  const layers = points.flatMap((p) =>
    p.layers === undefined
      ? []
      : [`${clipped(p.set, 24)}: ${p.layers.map((l) => `${l.name} ${show(l.estimate)}`).join(", ")}`]
  )
  return [
    title,
    ...aligned(table),
    ...(layers.length > 0 ? ["traces by layer", ...layers] : []),
    ...spectra(points),
    ""
  ]
}

/** Parts of all eigenvalues that lie at or below what is told. */
const PARTS = [0.01, 0.1, 0.5, 0.9, 0.99] as const

/** Eigenvalues of less than this part of the largest count as none. */
const NEAR = 0.01

/** How each point's eigenvalues are spread; nothing where none was asked for. */
const spectra = (points: readonly CurvaturePoint[]): readonly string[] => {
  const rows = points.flatMap((p) => {
    if (p.spectrum === undefined) return []
    const all = { values: Float64Array.from(p.spectrum.values), weights: Float64Array.from(p.spectrum.weights) }
    const least = NEAR * Math.max(Math.abs(p.largest.value), Math.abs(p.smallest.value))
    const parts = [partWhere(all, (x) => x < -least), partWhere(all, (x) => x > least)]
    return [
      [
        clipped(p.set, 24),
        String(p.iteration),
        ...PARTS.map((part) => show(quantile(all, part))),
        ...parts.map((part) => `${(100 * part).toFixed(1)}%`)
      ]
    ]
  })
  const head = ["set", "iteration", ...PARTS.map((part) => `${100 * part}%`), "below -1%", "above 1%"]
  return rows.length === 0
    ? []
    : ["all eigenvalues: so many lie at or below, and beyond a hundredth of the largest", ...aligned([head, ...rows])]
}

const partWhere = ({ values, weights }: Spectrum, has: (value: number) => boolean): number =>
  weights.reduce((sum, weight, i) => (has(values[i]!) ? sum + weight : sum), 0)
