/** What a job's numbers say, as the report and the summary show it. */

import { mean } from "../../core/stat/mod.ts"
import { percent, rounded } from "../../core/text/numbers.ts"
import { deviations, nmi } from "../stages/agreement.ts"
import { coveredDistance, firstOrderRows } from "../stages/first_order/validity.ts"
import type { Spent } from "../store/ledger.ts"
import { affinityViews, unitOf } from "./affinity_views.ts"
import { compare } from "./comparison.ts"
import { decidedNotes, reportDecided } from "./decided.ts"
import { silence } from "./forecast.ts"
import { headline } from "./headline.ts"
import type { Outcome } from "./outcome.ts"
import type { CostRow, JobResult, ReportPrediction, Warning } from "./report_data.ts"
import { selectionOf } from "./selection.ts"

const predictionOf = ({ estimated: { worth }, config }: Outcome): { readonly prediction?: ReportPrediction } =>
  worth === undefined
    ? {}
    : {
        prediction: {
          estimator: config.surrogate.estimator,
          unit: worth.unit,
          start: mean(worth.start),
          curve: worth.curve.map(({ k, labels, returns, value, low, high }) => {
            return { policies: k, labels, returns, value, low, high }
          })
        }
      }

const warnings = (o: Outcome, covered: number): readonly Warning[] => {
  const out: Warning[] = []
  const beyond = o.estimated.distances.filter((d) => d > covered).length
  const all = o.estimated.distances.length
  if (beyond > 0) {
    out.push({
      level: beyond > all / 2 ? "invalid" : "caution",
      text: `${beyond} of ${all} estimates lie further from θ★ than the first-order check covers (${percent(covered)}); a larger surrogate.damping or a surrogate.trustRadius keeps them nearer`
    })
  }
  if (o.estimated.clipped > 0) {
    out.push({ level: "note", text: `${o.estimated.clipped} of ${all} subsets were held back by the trust radius` })
  }
  const r = o.comparison?.rankCorrelation
  if (r !== undefined && !(r.low >= 0.2)) {
    out.push({
      level: "caution",
      text: `the estimates rank trained subsets weakly: correlation ${rounded(r.value)}${Number.isFinite(r.low) ? ` (${rounded(r.low)} to ${rounded(r.high)})` : ""}`
    })
  }
  if (o.comparison === undefined && o.decided === undefined) {
    const why = o.truth.trained.length === 0 ? "no subset was trained" : "no task is in two trained subsets"
    out.push({ level: "note", text: `${why}, so nothing says how good the estimates are` })
  }
  const { indifference } = o.grouping
  if (indifference !== undefined)
    out.push({ level: "caution", text: `${indifference}; all ${o.tasks.length} are trained as one group` })
  const unheard = silence(
    o.tasks.map((t) => t.id),
    o.estimated.worth
  )
  if (unheard !== "") out.push({ level: "caution", text: unheard })
  out.push(...decidedNotes(o), ...takenUp(o))
  return [...out, ...o.grouping.warnings.map((text): Warning => ({ level: "note", text }))]
}

/** What of the run is of an earlier attempt, and whether it was computed by the same. */
const takenUp = ({ backends, spent }: Outcome): readonly Warning[] => {
  const seconds = (s: Spent): string => `${Number((s.secondsBefore ?? 0).toPrecision(2))} s`
  const parts = spent.flatMap(([name, s]) => (s.secondsBefore === undefined ? [] : [`${name} ${seconds(s)}`]))
  if (parts.length === 0) return []
  const text = `the run was resumed; of an earlier attempt are ${parts.join(", ")}: costs and seconds count both`
  if (new Set(backends.values()).size < 2) return [{ level: "note", text }]
  const by = [...backends].map(([name, backendId]) => `${name} by ${backendId}`).join("; ")
  return [
    { level: "note", text },
    { level: "caution", text: `not all stages were computed by the same session: ${by}` }
  ]
}

const estimatePoints = (o: Outcome) => {
  if (o.comparison === undefined) return []
  const n = o.tasks.length
  const [x, y] = [deviations(o.comparison.estimates, n), deviations(o.truth.scores, n)]
  return x.map((e, i) => ({
    subset: o.truth.scores[e.subset]!.tasks,
    task: e.task,
    estimate: e.value,
    truth: y[i]!.value
  }))
}

const costs = (o: Outcome): readonly CostRow[] => o.spent.map(([work, spent]) => ({ work, ...spent }))

/** Cost of really training as many subsets as were estimated, against that of estimating them. */
const speedup = (o: Outcome) => {
  const rows = costs(o)
  const of = (work: string) => rows.find((r) => r.work === work)
  const [truth, surrogate] = [of("truth"), of("surrogate")]
  const trained = o.truth.trained.length
  if (truth === undefined || surrogate === undefined || trained === 0) return undefined
  const share = o.estimated.scores.length / trained
  return {
    subsets: o.estimated.scores.length,
    trainedFlops: truth.flops * share,
    trainedSeconds: truth.seconds * share,
    surrogateFlops: surrogate.flops,
    surrogateSeconds: surrogate.seconds,
    flopsRatio: (truth.flops * share) / surrogate.flops,
    secondsRatio: (truth.seconds * share) / surrogate.seconds
  }
}

/** Puts the numbers together. */
export const jobResult = (o: Outcome): JobResult => {
  const firstOrder = firstOrderRows(o.config.firstOrder.distances, o.residuals)
  const covered = coveredDistance(firstOrder, o.config.firstOrder.maximum)
  const truthLabels = o.comparison?.labels
  const { comparison, judged } = compare(o.trained.rows, truthLabels)
  const { objective, bound, roundedObjective } = o.grouping
  const selected = selectionOf(o)
  const after = o.adapts ? " after adaptation" : ""
  const agreementOf = (labels: readonly number[]) => ({
    ...(o.planted === undefined ? {} : { planted: nmi(labels, o.planted) }),
    ...(truthLabels === undefined ? {} : { truth: nmi(labels, truthLabels) })
  })
  return {
    headline: headline(o, selected ?? judged),
    tasks: o.tasks.map((t, i) => ({
      id: t.id,
      params: t.params,
      ...(o.planted === undefined ? {} : { planted: o.planted[i]! })
    })),
    grouping: {
      method: o.grouping.method,
      k: o.grouping.k,
      labels: o.grouping.labels.chosen,
      roundedObjective,
      ...(o.grouping.decision === undefined ? {} : { decision: o.grouping.decision }),
      ...(o.grouping.indifference === undefined ? {} : { indifference: o.grouping.indifference }),
      ...(objective === null ? {} : { objective }),
      ...(bound === null ? {} : { bound })
    },
    affinities: affinityViews(o),
    ...predictionOf(o),
    ...(o.decided === undefined ? {} : { decided: reportDecided(o.decided) }),
    ...(o.comparison === undefined
      ? {}
      : {
          estimates: {
            points: estimatePoints(o),
            estimateMeaning: `estimated gain less the task's mean (${unitOf(o)})`,
            truthMeaning:
              o.config.truth.measure === "curve"
                ? `mean return over the training${after} less the task's mean`
                : `mean return after training${o.adapts ? " and adaptation" : ""} less the task's mean`,
            ...(o.comparison.rankCorrelation === undefined
              ? { noCorrelation: o.comparison.noCorrelation ?? "" }
              : { rankCorrelation: o.comparison.rankCorrelation }),
            pooling: "over every task of every trained subset, each less its task's mean",
            ...(o.comparison.ceiling?.rankCorrelation == null ? {} : { ceiling: o.comparison.ceiling.rankCorrelation })
          }
        }),
    learning: o.tasks.map((_, task) => ({
      task,
      points: o.meta.curve.flatMap((row, iteration) =>
        Number.isNaN(row[task]!) ? [] : [{ iteration: iteration + 1, value: row[task]! }]
      )
    })),
    learningMeaning: `mean return of the episodes that ended in an iteration of meta-training${after}`,
    firstOrder,
    firstOrderMaximum: o.config.firstOrder.maximum,
    comparison,
    comparisonMeaning: `Mean return over tasks${after}`,
    leftOut: o.trained.leftOut,
    ...(judged === undefined ? {} : { verdict: judged }),
    ...(selected === undefined ? {} : { selection: selected.selection }),
    ...(o.curvature === undefined ? {} : { curvature: o.curvature }),
    costs: costs(o),
    warnings: warnings(o, covered),
    seconds: Object.fromEntries(o.spent.map(([name, s]) => [name, s.seconds])),
    summary: {
      agreement: Object.fromEntries(Object.entries(o.grouping.labels).map(([name, l]) => [name, agreementOf(l)])),
      ceiling: o.comparison?.ceiling ?? null,
      validity: { coveredDistance: covered, distances: o.estimated.distances, clipped: o.estimated.clipped },
      speedup: speedup(o) ?? null,
      returnsByTask: o.trained.rows.map(({ method, trials }) => ({ method, trials }))
    }
  }
}
