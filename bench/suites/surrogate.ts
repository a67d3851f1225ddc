/** What the tool is bought for: the surrogate's groups against those of full training on the same subsets (Table 2). */
import { Effect } from "effect"
import { nmi } from "../../pipeline/mod.ts"
import type { ReportAffinity } from "../../pipeline/result/report_data.ts"
import { experiment } from "../../plugins/runs/experiment.ts"
import {
  type BenchFailed,
  benchFailed,
  type Opponent,
  type Sampler,
  type Side,
  type Suite,
  type Work
} from "../suite.ts"

/** Each seed is one run: a meta-policy, the estimates of all pairs, and all pairs really trained, repeatedly. */
const SEEDS = 3

/** Trainings of each pair; what training costs is told for one. */
const REPEATS = 4

const families = ["cartpole-mirrored", "cartpole-length"] as const

/** Layers of weights, as Table 2 counts them: one more than hidden layers. */
const depths = [2, 4, 8] as const

/** What one run says. */
interface Figures {
  readonly nmi: Readonly<Record<ReportAffinity["id"], number>>
  readonly ceilingNmi: number
  readonly rankCorrelation: number
  readonly ceilingCorrelation: number
  readonly surrogate: { readonly flops: number; readonly seconds: number }
  readonly training: { readonly flops: number; readonly seconds: number }
}

const failed = (e: { readonly message: string }): BenchFailed =>
  benchFailed({ doing: "run the main job", want: "a finished run", got: e.message })

const figures = (family: string, layers: number, seed: number): Effect.Effect<Figures, BenchFailed> =>
  Effect.gen(function* () {
    const run = yield* experiment(
      {
        preset: "cartpole-length",
        surrogate: { estimator: "logistic", transitionsPerTask: 16_384 },
        grouping: { method: "sdp", k: 2 },
        family: { id: family },
        network: { layers: layers - 1 },
        // Networks of different depth learn at different speeds: all are taken at the same point of their learning.
        meta: { iterations: 60, target: 85 },
        truth: { repeats: REPEATS },
        groupTraining: { iterations: 1, seeds: 1 },
        seed
      },
      { quiet: true }
    )
    const truth = run.affinities.find((a) => a.id === "truth")?.labels ?? []
    const of = (id: ReportAffinity["id"]): number => nmi(run.affinities.find((a) => a.id === id)?.labels ?? [], truth)
    const cost = (work: string) => run.costs.find((c) => c.work === work) ?? { flops: Number.NaN, seconds: Number.NaN }
    return {
      nmi: { centred: of("centred"), gain: of("gain"), eq5: of("eq5"), cosine: of("cosine"), truth: 1 },
      ceilingNmi: run.summary.ceiling?.nmi ?? Number.NaN,
      rankCorrelation: run.estimates?.rankCorrelation?.value ?? Number.NaN,
      ceilingCorrelation: run.estimates?.ceiling ?? Number.NaN,
      surrogate: cost("surrogate"),
      training: { flops: cost("truth").flops / REPEATS, seconds: cost("truth").seconds / REPEATS }
    }
  }).pipe(Effect.mapError(failed))

/** A sampler that takes the next seed each time; runs are shared by all works of a family and depth. */
const overSeeds = (runs: (seed: number) => Effect.Effect<Figures, BenchFailed>, pick: (f: Figures) => number): Side =>
  Effect.sync(() => {
    let seed = 0
    const sampler: Sampler = Effect.suspend(() => Effect.map(runs(seed++), (f) => ({ value: pick(f) })))
    return sampler
  })

const worksOf = (family: string, layers: number): Effect.Effect<readonly Work[]> =>
  Effect.gen(function* () {
    const shared = yield* Effect.forEach(Array.from({ length: SEEDS }), (_, seed) =>
      Effect.cached(figures(family, layers, seed))
    )
    const runs = (seed: number) => shared[seed % SEEDS]!
    const against = (peer: string, theirs: (f: Figures) => number, goal: number | null): Opponent => ({
      peer,
      goal,
      rival: overSeeds(runs, theirs)
    })
    const work = (
      what: string,
      unit: Work["unit"],
      ours: (f: Figures) => number,
      opponents: readonly Opponent[]
    ): Work => ({
      work: `${family}, ${layers} layers: ${what}`,
      unit,
      rounds: SEEDS,
      cold: true,
      ours: overSeeds(runs, ours),
      opponents
    })
    const halves = "truth, half with half"
    const cosine = against("gradient cosine", (f) => f.nmi.cosine, null)
    return [
      work("NMI of centred with truth", "nmi", (f) => f.nmi.centred, [
        against(halves, (f) => f.ceilingNmi, null),
        cosine
      ]),
      work("NMI of equation 5's gain with truth", "nmi", (f) => f.nmi.gain, [cosine]),
      work("NMI of equation 5 with truth", "nmi", (f) => f.nmi.eq5, [cosine]),
      work("rank correlation with truth", "correlation", (f) => f.rankCorrelation, [
        against(halves, (f) => f.ceilingCorrelation, null)
      ]),
      work("operations", "FLOP", (f) => f.surrogate.flops, [against("full training", (f) => f.training.flops, 20)]),
      work("time", "s", (f) => f.surrogate.seconds, [against("full training", (f) => f.training.seconds, null)])
    ]
  })

export const surrogate: Suite = {
  name: "surrogate",
  question: "Do the surrogate's groups agree with full training, and what do they cost?",
  works: Effect.map(
    Effect.forEach(
      families.flatMap((family) => depths.map((layers) => ({ family, layers }))),
      ({ family, layers }) => worksOf(family, layers)
    ),
    (all) => all.flat()
  )
}
