/** Everything that a report shows, as plain data: the pipeline fills it, `plugins/runs/report` draws it. Types only. */
import type { SessionRecord } from "../../core/service/recovery.ts"
import type { Artefact, Logged } from "../../core/service/run_store.ts"
import type { LeftOut, RowKind } from "../stages/comparison.ts"
import type { CurvaturePoint } from "../stages/curvature/point.ts"
import type { Decision } from "../stages/decision.ts"
import type { FirstOrderRow } from "../stages/first_order/validity.ts"
import type { Interval } from "../stages/interval.ts"
import type { SetKind } from "../stages/sets.ts"
import type { Spent } from "../store/ledger.ts"
import type { Recording } from "./recording.ts"
import type { Verdict } from "./verdict.ts"

export interface ReportTask {
  /** Stable and readable, e.g. `length=0.5`. */
  readonly id: string
  readonly params: Readonly<Record<string, number | boolean | string>>
  /** The group that the family planted, where it did. */
  readonly planted?: number
}

/** An affinity matrix with the groups that come from it. */
export interface ReportAffinity {
  readonly id: "centred" | "gain" | "eq5" | "cosine" | "truth"
  readonly title: string
  /** What an entry means, with sign and unit. */
  readonly meaning: string
  /** n rows of n, in the order of the tasks; NaN where nothing is known of a pair. */
  readonly matrix: readonly (readonly number[])[]
  /** Group of each task by this matrix. */
  readonly labels: readonly number[]
  /** The one that the reported groups come from. */
  readonly chosen: boolean
}

/** The chosen grouping, with its certificate. */
export interface ReportGrouping {
  readonly method: string
  readonly k: number
  readonly labels: readonly number[]
  /** Of the relaxation, and of the rounded partition. */
  readonly objective?: number
  readonly roundedObjective?: number
  /** Certified upper bound on what was maximised. */
  readonly bound?: number
  /** Why any groups would be arbitrary, where the tasks do not differ; then all are one group. */
  readonly indifference?: string
  /** Whether the prediction tells numbers of policies apart, where they were chosen by it. */
  readonly decision?: Pick<Decision, "certainty" | "text">
}

/** What one number of policies is predicted to be worth: mean over tasks, in the unit that the prediction names. */
export interface PredictedWorth extends Omit<Interval, "level" | "n"> {
  readonly policies: number
  readonly labels: readonly number[]
  /** Of each task. */
  readonly returns: readonly number[]
}

/** Return by number of policies, predicted before any of them is trained. */
export interface ReportPrediction {
  /** Of the estimator. */
  readonly estimator: string
  /** `return`; or `gain`, an advantage per step, where the learner does not tell how it updates. */
  readonly unit: "return" | "gain"
  /** At θ★, mean over tasks. */
  readonly start: number
  /** One policy for all first, each task alone last. */
  readonly curve: readonly PredictedWorth[]
}

/** How a decision stood: with how many policies, and the probability that no other groups are better by more than the margin. */
export interface DecisionCourse {
  readonly trainings: number
  readonly policies: number
  readonly certainty: number
  /** How much better than these the best groups are in expectation, in return. */
  readonly regret: number
  readonly margin: number
}

/** What trainings decided, where a run spends them on what is hard to tell. */
export interface ReportDecided {
  readonly k: number
  readonly labels: readonly number[]
  readonly certain: boolean
  readonly certainty: number
  readonly regret: number
  /** The certainty that was asked for. */
  readonly level: number
  /** In return, mean over tasks. */
  readonly margin: number
  /** Trainings that were allowed. */
  readonly allowed: number
  readonly trainings: readonly {
    readonly members: readonly number[]
    readonly seed: number
    readonly returns: readonly number[]
  }[]
  /** Before any training first. */
  readonly course: readonly DecisionCourse[]
  /** Return by number of policies, as the trainings corrected it. */
  readonly curve: readonly (PredictedWorth & Pick<DecisionCourse, "certainty" | "regret">)[]
}

/** One really trained subset seen from one task. */
export interface EstimatePoint {
  readonly subset: readonly number[]
  /** Index of the task that was evaluated. */
  readonly task: number
  readonly estimate: number
  readonly truth: number
}

export interface EstimateAgainstTruth {
  readonly points: readonly EstimatePoint[]
  readonly estimateMeaning: string
  readonly truthMeaning: string
  /** Spearman's rank correlation, pooled as the text says. */
  readonly rankCorrelation?: Interval
  /** Why there is none. */
  readonly noCorrelation?: string
  readonly pooling: string
  /** Rank correlation between halves of the repeated truth: what no estimate can be expected to beat. */
  readonly ceiling?: number
}

export interface LearningCurve {
  /** Index of the task. */
  readonly task: number
  readonly points: readonly { readonly iteration: number; readonly value: number }[]
}

/** One way to share policies, by what they are worth. */
export interface MethodComparison {
  readonly kind: RowKind
  readonly method: string
  /** How many policies there are to train, to keep and to choose between. */
  readonly policies: number
  /** A policy's number for each task; of several draws the first one's. */
  readonly labels: readonly number[]
  /** Mean over tasks of the return of each task under its policy, by seed; of several draws the mean of the seed's. */
  readonly perSeed: readonly number[]
  /** Over seeds; of several draws over these. */
  readonly meanReturn: Interval
  /** How much more that is than what the tool's groups reach, what both share cancelling; not of the groups themselves, nor of one seed. */
  readonly lessGroups?: Interval
  /** Mean return of each task. */
  readonly byTask: readonly number[]
  /** The same with intervals, over what {@link meanReturn} is. */
  readonly returnByTask?: readonly Interval[]
  /** Of training all its policies once: floating-point operations, and environment steps. */
  readonly operations: number
  readonly steps: number
  /** Of several random groupings: how many, the mean return of the worst, and of the best. */
  readonly draws?: { readonly count: number; readonly low: number; readonly high: number }
  /** Share of episodes that succeeded, mean over tasks, where the environment tells. */
  readonly successRate?: Interval
  /** Agreement of its groups with those of the trained subsets, where known. */
  readonly nmi?: number
}

/** Meta-training sets of one kind, by what is learned from them. */
export interface SetComparison
  extends Pick<MethodComparison, "method" | "perSeed" | "meanReturn" | "successRate" | "draws"> {
  readonly kind: SetKind
  /** How many tasks there are to learn from. */
  readonly size: number
  /** Of the policy; runs of before there were architectures do not say. */
  readonly parameters?: number
  /** The sets: of every seed one, or one for all. */
  readonly sets: readonly (readonly number[])[]
  /** How much more that is than what the tool's choice reaches; not of this itself, nor of one seed. */
  readonly lessChosen?: Interval
  /** Mean return of the rollouts before the first step of the adaptation, …, after the last; null where no episode ended. */
  readonly curve: readonly (number | null)[]
  /** Of one meta-training: floating-point operations, and environment steps. */
  readonly operations: number
  readonly steps: number
}

/** Which tasks to learn from how to adapt. */
export interface ReportSelection {
  readonly learner: string
  readonly pick: "draw" | "medoid"
  readonly adaptationSteps: number
  readonly unseen: number
  /** By return, the highest first. */
  readonly rows: readonly SetComparison[]
  readonly leftOut: readonly LeftOut[]
  /** Whether the choice was worth it: clearly above all others, clearly below one, or neither. */
  readonly verdict: "pays" | "better" | "open" | "unknown"
}

/** What a stage cost. */
export interface CostRow extends Spent {
  readonly work: string
}

/** The same with how fast that was. */
export interface RatedCost extends CostRow {
  /** Null for a stage too short to time. */
  readonly gflopsPerSecond: number | null
  /** Of the peak in the receipts; trainings on several threads can reach more than 1. Null where no peak is known. */
  readonly fractionOfPeak: number | null
}

/** The fastest that a session was seen to compute on this machine. */
export interface Peak {
  /** Of one large matrix product; float32, or what the session computes in. */
  readonly gflopsPerSecond: number
  /** What was run for it. */
  readonly program: string
}

export interface Warning {
  /** `invalid`: an estimate that should not be used; `caution`: to be read with care; `note`: good to know. */
  readonly level: "invalid" | "caution" | "note"
  readonly text: string
}

/** All that a report shows: `summary.json` is this. */
export interface ReportData {
  readonly title: string
  /** The result in one or two sentences. */
  readonly headline: string
  readonly tasks: readonly ReportTask[]
  readonly grouping: ReportGrouping
  readonly affinities: readonly ReportAffinity[]
  readonly prediction?: ReportPrediction
  /** Of a run whose trainings decide. */
  readonly decided?: ReportDecided
  readonly estimates?: EstimateAgainstTruth
  readonly learning: readonly LearningCurve[]
  readonly learningMeaning: string
  readonly firstOrder: readonly FirstOrderRow[]
  /** Relative residual up to which estimates count as valid. */
  readonly firstOrderMaximum: number
  /** The highest mean return first. */
  readonly comparison: readonly MethodComparison[]
  readonly comparisonMeaning: string
  /** Rows that there is a reason to leave out. */
  readonly leftOut: readonly LeftOut[]
  /** Whether the groups were worth it. */
  readonly verdict?: Verdict
  /** Of a run that selects; it trains no groups. */
  readonly selection?: ReportSelection
  /** Iterations of trainings on transitions that they never saw, where the run measured it. */
  readonly curvature?: readonly CurvaturePoint[]
  /** Of environments that draw; the report shows them, the summary leaves them out. */
  readonly recordings?: readonly Recording[]
  readonly costs: readonly RatedCost[]
  readonly warnings: readonly Warning[]
  readonly receipts: {
    readonly run: string
    readonly command: string
    readonly seed: number
    readonly session: string
    readonly sessionReason: string
    /** One after the other, with the stages that each computed; more than one where a session was lost. */
    readonly sessions: readonly SessionRecord[]
    /** Null where it could not be measured. */
    readonly peak: Peak | null
    readonly config: unknown
    /** Contributed code that the run used. */
    readonly plugins: readonly {
      readonly name: string
      readonly version: string
      readonly from: string
      readonly sha256: string
    }[]
    readonly versions: Readonly<Record<string, string>>
    readonly machine: Readonly<Record<string, string | number>>
    /** Wall time by stage, seconds. */
    readonly seconds: Readonly<Record<string, number>>
    /** One digest of all artefacts. */
    readonly digest: string
    /** The rows of `events.jsonl`, when the run came to its end. */
    readonly events: Logged
    readonly artefacts: readonly Artefact[]
  }
}

/** What the main job gives back; whoever started it adds the receipts. */
export type JobResult = Omit<ReportData, "receipts" | "title" | "costs"> & {
  readonly costs: readonly CostRow[]
  /** Wall time by stage, seconds. */
  readonly seconds: Readonly<Record<string, number>>
  /** Further numbers for `summary.json`, e.g. NMI, per-seed raw results. */
  readonly summary: Readonly<Record<string, unknown>> & {
    /** Agreement of one half of the repeated trainings with the other; null for a single repeat. */
    readonly ceiling?: { readonly nmi: number; readonly rankCorrelation: number | null } | null
  }
}
