/**
 * How good are the groups? Runs the cartpole-length preset over seeds and families, and prints what agrees with what.
 *
 * bun run experiments/affinity_quality.ts [seeds] [trainings of each subset] [family …]
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Effect } from "effect"
import * as E from "fp-ts/lib/Either.js"
import { tInterval } from "../core/stat/mod.ts"
import { nmi } from "../pipeline/mod.ts"
import { experiment } from "../plugins/runs/experiment.ts"

const [seeds = "10", repeats = "4", ...named] = process.argv.slice(2)
const families = named.length > 0 ? named : ["cartpole-mirrored", "cartpole-length"]

const show = (values: readonly number[]): string => {
  const t = tInterval(values)
  const each = values.map((v) => v.toFixed(2)).join(" ")
  return E.isRight(t)
    ? `${t.right.estimate.toFixed(2)} (${t.right.low.toFixed(2)} to ${t.right.high.toFixed(2)})  ${each}`
    : each
}

const program = Effect.gen(function* () {
  for (const id of families) {
    const figures = new Map<string, number[]>()
    const put = (name: string, value: number) => figures.set(name, [...(figures.get(name) ?? []), value])
    for (let seed = 0; seed < Number(seeds); seed++) {
      const run = yield* experiment(
        {
          preset: "cartpole-length",
          family: { id },
          surrogate: { estimator: "logistic", transitionsPerTask: 16_384 },
          grouping: { method: "sdp", k: 2 },
          truth: { repeats: Number(repeats) },
          groupTraining: { seeds: 1 },
          seed
        },
        { quiet: true }
      )
      const truth = run.affinities.find((a) => a.id === "truth")?.labels ?? []
      const planted = run.tasks.flatMap((t) => (t.planted === undefined ? [] : [t.planted]))
      for (const a of run.affinities) {
        put(`NMI of ${a.id} with truth`, nmi(a.labels, truth))
        if (planted.length > 0) put(`NMI of ${a.id} with planted groups`, nmi(a.labels, planted))
      }
      const { ceiling } = run.summary
      put("NMI of one half of the truth with the other", ceiling?.nmi ?? Number.NaN)
      put("rank correlation of estimate and truth", run.estimates?.rankCorrelation?.value ?? Number.NaN)
      put("rank correlation of one half of the truth with the other", ceiling?.rankCorrelation ?? Number.NaN)
      for (const c of run.comparison) put(`mean return, ${c.method}`, c.meanReturn.value)
      const cost = (work: string) => run.costs.find((c) => c.work === work)
      put(
        "FLOPs of training / of estimating",
        (cost("truth")?.flops ?? 0) / Number(repeats) / (cost("surrogate")?.flops ?? 1)
      )
      put(
        "seconds of training / of estimating",
        (cost("truth")?.seconds ?? 0) / Number(repeats) / (cost("surrogate")?.seconds ?? 1)
      )
      yield* Console.error(`${id} seed ${seed}: ${run.headline}`)
    }
    yield* Console.log(`\n${id}, ${seeds} seeds: mean (95% interval)  each seed`)
    for (const [name, values] of figures) yield* Console.log(`  ${name.padEnd(58)} ${show(values)}`)
  }
})

NodeRuntime.runMain(program)
