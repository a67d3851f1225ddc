/** Summaries over seeds and the agreement of paired numbers; quantiles are simple-statistics', whose mean adds up in another order. */

export { attainableCorrelation, pearson, spearman } from "./correlation.ts"
export { interquartileMean } from "./interquartile_mean.ts"
export { type BootstrapOptions, bootstrapInterval, type Interval, tInterval } from "./interval.ts"
export { mean } from "./mean.ts"
export {
  aggregateInterquartileMean,
  optimalityGap,
  probabilityOfImprovement,
  type Scores,
  stratifiedInterval
} from "./stratified.ts"
export { studentProbability, studentQuantile } from "./student_t.ts"
export { type WeightedSample, welchInterval } from "./welch.ts"
