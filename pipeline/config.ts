/**
 * What a person sets for a run of the main job. Presets, files and flags are read by `plugins/config`; this is the one
 * place that says which numbers there are, what they mean, their unit, their range, and where the paper has them.
 */
import { Schema } from "effect"
import { AggregatorConfig, Budget, NetworkConfig, Normalise } from "../algorithms/internal.ts"
import { choice, count, countOr, flag, name, number, numberOr } from "../core/service/setting.ts"
import { estimatorIds } from "../core/surrogate/estimators/mod.ts"

/** The tasks: a family draws `n` of them. */
const FamilyConfig = Schema.Struct({
  id: name("task family, as `pgex envs` lists them"),
  n: count(2, 1000, "number of tasks"),
  options: Schema.Record(Schema.String, Schema.Union([Schema.Finite, Schema.Boolean, Schema.String])).annotate({
    description: "the family's own options, checked by the family"
  })
})

/**
 * Which learner trains; and, under learners' ids, their settings over their defaults, which their own schemas check:
 * `{ id: "sac", sac: { batch: 128 } }`. Settings of learners that do not train are for whoever changes the id.
 */
const AlgorithmConfig = Schema.StructWithRest(Schema.Struct({ id: name("learner, as `pgex algorithms` lists them") }), [
  Schema.Record(Schema.String, Schema.Unknown)
]).annotate({ description: "the learner, and settings under its id" })

// What is normalised is a part of its own.
const { normalise: _, ...networkFields } = NetworkConfig.fields

/** Training of the meta-policy θ★ on all tasks. */
const MetaConfig = Schema.Struct({
  iterations: count(1, 1_000_000, "rollout-and-update iterations, at most; the paper: 100"),
  target: numberOr(
    "off",
    -1e12,
    1e12,
    "meta-training ends once the mean return over tasks reaches this: a solved θ★ has nothing left to learn from"
  ),
  stepsPerTask: count(1, 10_000_000, "environment steps a task an iteration; the paper: 2048"),
  vector: count(1, 4096, "environments side by side a task")
})

/** Estimates for subsets of tasks from one linearised policy. */
export const SurrogateConfig = Schema.Struct({
  estimator: choice(
    estimatorIds,
    "how a group's worth is estimated: by the expected update on its gradients and their noise (…-gain), without noise " +
      "(inner-product, cosine), as the paper does by logistic regression on every transition's projected gradient, the same " +
      "judged on other transitions (cross-fitted), or by one step ahead (lookahead)"
  ),
  transitionsPerTask: count(1, 100_000_000, "transitions a task collected at θ★; the paper: 2048"),
  projection: choice(["gaussian", "rademacher", "sparse", "kronecker"], "random projection of the gradients"),
  dimension: count(1, 10_000, "d, dimension after projection, of d × d matrices; the paper: 400"),
  damping: number(
    1e-6,
    1e9,
    "μ of (μ/2)‖x‖² as a multiple of the loss's largest curvature at θ★: 10 keeps adapted policies within about 1%"
  ),
  trustRadius: numberOr("off", 0, 1e6, "largest ‖Px‖/‖θ★‖ of an adapted policy"),
  subsets: countOr("all", 1, 1e7, "m, number of random subsets, or all of the size; the paper: n² or all"),
  subsetSize: count(1, 1000, "tasks in a subset; the paper: 5"),
  affinity: choice(["centred", "gain", "eq5"], "which affinity matrix the groups come from"),
  normaliseAdvantages: flag("advantages of a task get mean 0, deviation 1"),
  baseline: choice(
    ["task", "critic"],
    "value baseline of the advantages: fitted to each task, or the meta-policy's critic"
  )
})
export type SurrogateConfig = typeof SurrogateConfig.Type

/** Splitting the tasks by the affinity matrix. */
const GroupingConfig = Schema.Struct({
  method: name(
    "how the tasks are split: worth (the largest predicted return); by affinities: sdp, spectral, agglomerative; random; or one of a plugin"
  ),
  k: countOr("auto", 1, 1000, "number of groups, or auto"),
  price: numberOr(
    "off",
    0,
    1e12,
    "with worth and k auto: what one more policy must bring, in mean return over tasks; off takes the fewest that are as good as the best"
  ),
  lambda: numberOr("off", 0, 1e9, "with sdp: penalty on the number of groups instead of a fixed k")
})

/** Really training some groups: a sample, against which estimates are judged; or where it is hard to tell which groups are best. */
export const TruthConfig = Schema.Struct({
  mode: choice(
    ["sample", "decide"],
    "sample: a fixed sample of subsets is trained, to judge the estimates by; decide: groups are trained where it is hard to tell which " +
      "partition is best, until the decision is certain: as those of groupTraining, which takes them over"
  ),
  trainings: count(1, 1_000_000, "with decide: trainings at most"),
  level: number(0.5, 0.999, "with decide: how sure to be that no other groups are better by more than the margin"),
  margin: number(
    0,
    1,
    "with decide: part of what training improves by which groups may differ and still count as equal"
  ),
  batch: count(1, 1000, "with decide: trainings at a time, whatever the number of workers"),
  subsets: count(0, 1_000_000, "with sample: subsets of the surrogate's that are really trained, at most"),
  iterations: count(1, 1_000_000, "training iterations a subset, starting at θ★"),
  budget: Budget,
  stepsPerTask: count(1, 10_000_000, "environment steps a task an iteration"),
  repeats: count(1, 1000, "trainings of each subset with different keys; from 2 on, halves of them give the ceiling"),
  episodes: count(
    0,
    1_000_000,
    "episodes a task played after each iteration, for the curve; 0 takes those of the training"
  ),
  measure: choice(["curve", "final"], "a task's performance: mean return over the training, or after it")
})
export type TruthConfig = typeof TruthConfig.Type

/** Training one policy a group, and the same for the groupings it is compared with. */
export const GroupTrainingConfig = Schema.Struct({
  iterations: count(1, 1_000_000, "training iterations a group, starting at θ★"),
  budget: choice(
    [...Budget.literals, "compute"],
    "what policies share beside environment steps a task: updates, with minibatches that grow with the tasks; steps, as the " +
      "papers do, with minibatches of one size; or compute: a policy trains, with equal updates, for as many operations as " +
      "training each of its tasks alone takes"
  ),
  seeds: count(1, 1000, "trainings of each grouping with different keys"),
  randomDraws: count(
    1,
    1000,
    "random groupings into as many groups, dealt out to the seeds: at least five tell a spread"
  ),
  exhaustiveUpTo: count(
    0,
    10,
    "the most tasks n of which all 2ⁿ − 1 groups are trained, so that the best partition is really found; 0 trains none"
  )
})
export type GroupTrainingConfig = typeof GroupTrainingConfig.Type

/** One task of each group as the meta-training set of a meta-learner, beside other sets. */
export const SelectionConfig = Schema.Struct({
  learner: name("meta-learner, as `pgex algorithms` lists them; its settings stand under its id in algorithm"),
  pick: choice(["draw", "medoid"], "of each group a task at random, anew for each seed, or the one that helps it most"),
  iterations: count(1, 1_000_000, "meta-training iterations from scratch, on every set of tasks; the paper: 100"),
  stepsPerTask: count(
    1,
    10_000_000,
    "environment steps a task an iteration, shared by the rollouts before and after adaptation; the paper: 2048 each"
  ),
  vector: count(1, 4096, "environments side by side a task"),
  seeds: count(1, 1000, "meta-trainings of each kind of set with different keys; the paper: 5"),
  randomDraws: count(1, 1000, "random sets, dealt out to the seeds: at least five tell a spread"),
  adaptationSteps: count(0, 1_000_000, "steps of adaptation to each unseen task; the paper: 200"),
  adaptationStepsPerTask: count(1, 10_000_000, "environment steps of each of them; the paper: 2048"),
  unseen: count(1, 100_000, "tasks drawn from the family, none of those of the run; the paper: 50"),
  // Left out in runs of before there were any.
  architectures: Schema.optionalKey(
    Schema.Array(name("architecture, as network.id names them"))
      .check(Schema.isUnique())
      .annotate({
        description:
          "architectures, each of which meta-trains on all tasks beside the sets, told its task, with about as many parameters as " +
          "network; an unseen task it is told as one of these, each in turn; the paper: soft-modules, paco"
      })
  )
})
export type SelectionConfig = typeof SelectionConfig.Type

const EvaluationConfig = Schema.Struct({
  episodes: count(1, 1_000_000, "episodes a task a policy, after its training"),
  actions: choice(
    ["sample", "mode"],
    "actions drawn from the policy, whose return is what trainings raise and estimates predict; or the most probable ones"
  )
})

/** The first-order check. */
const FirstOrderConfig = Schema.Struct({
  distances: Schema.Array(Schema.Finite.check(Schema.isBetween({ minimum: 1e-9, maximum: 10 })))
    .check(Schema.isMinLength(1))
    .annotate({ description: "relative distances ‖θ−θ★‖/‖θ★‖; the paper: 0.001 to 0.05" }),
  directions: count(1, 10_000, "subsets whose adapted directions are followed; the paper: 10"),
  maximum: number(0, 1, "relative residual above which an estimate is called invalid; the paper: 0.02"),
  beyond: choice(["warn", "refuse"], "what happens to estimates beyond the distance that the check covers")
})

/** How sharp the losses of a training are, and what does not generalise. */
const CurvatureConfig = Schema.Struct({
  checkpoints: countOr(
    "off",
    1,
    10_000,
    "iterations of a training, evenly from the first to the last, of which what they learn is measured on unseen transitions, with the " +
      "Hessian that bounds it: for all tasks, each group and the first task, each trained anew"
  ),
  probes: count(2, 1_000_000, "Hessian-vector products for a trace, at most"),
  spectrum: flag("the density of all eigenvalues too, by 240 products more for each measurement")
})
export type CurvatureConfig = typeof CurvatureConfig.Type

/** What can compute. `auto` takes the fastest that works: first `native`, then `wasm`; the others are for who asks. */
export const sessionKinds = [
  "auto",
  "native",
  "wasm",
  "wasm:relaxed",
  "reference",
  "tfjs",
  "tfjs:node",
  "tfjs:node-gpu",
  "tfjs:webgpu",
  "tfjs:wasm",
  "tfjs:cpu"
] as const
export type SessionKind = (typeof sessionKinds)[number]

/** Everything that decides a run. */
export const RunConfig = Schema.Struct({
  preset: name("where the values came from"),
  use: choice(
    ["group", "select"],
    "what the groups are for: a policy each; or one task of each to learn from how to adapt to tasks not seen"
  ),
  seed: count(0, Number.MAX_SAFE_INTEGER, "the one seed; every key of the run is spawned from it"),
  session: choice(sessionKinds, "what computes; auto: the fastest that works; wasm: the same bits on every machine"),
  workers: countOr("auto", 1, 1024, "worker threads, or one a core"),
  plugins: Schema.Array(Schema.NonEmptyString).annotate({
    description: "plugins by file or package; a file's path counts from this configuration's folder"
  }),
  family: FamilyConfig,
  algorithm: AlgorithmConfig,
  aggregator: AggregatorConfig,
  network: Schema.Struct(networkFields),
  normalise: Normalise,
  meta: MetaConfig,
  surrogate: SurrogateConfig,
  firstOrder: FirstOrderConfig,
  grouping: GroupingConfig,
  truth: TruthConfig,
  groupTraining: GroupTrainingConfig,
  selection: SelectionConfig,
  evaluation: EvaluationConfig,
  curvature: CurvatureConfig
})

export type RunConfig = typeof RunConfig.Type
