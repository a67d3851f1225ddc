/** `pgex group`: groups from transitions and a policy of one's own, with nothing trained. */
import { normalize } from "node:path"
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { argumentError, partsOf } from "../../core/failure/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { isRunStoreError, type RunStoreError, storeFailure } from "../../core/service/run_store.ts"
import { percent, policies, show } from "../../core/text/numbers.ts"
import { clipped } from "../../core/text/printable.ts"
import { sessionKinds } from "../../pipeline/internal.ts"
import type { ReportData } from "../../pipeline/mod.ts"
import { settingsFrom } from "../config/mod.ts"
import { aligned, print } from "./output.ts"
import { policyFlags, policyOptions } from "./policy_flags.ts"
import { shared } from "./shared.ts"

/** Parts of a configuration that the files say, each with which. */
const toldElsewhere = {
  network: "the policy's file says what it is",
  aggregator: "nothing is trained whose gradients could be combined",
  family: "tasks are those of the rows"
}

export const groupCommand = Command.make(
  "group",
  {
    data: Argument.String("data").pipe(
      Argument.between(1, 10_000),
      Argument.withDescription(
        "Transitions: .npz, .safetensors, .csv, .parquet, a folder of .npy files, a Minari dataset; several files are one after the " +
          "other, or a task each where they have no column task"
      )
    ),
    policy: Flag.String("policy").pipe(
      Flag.optional,
      Flag.withMetavar("FILE"),
      Flag.withDescription("The policy that acted, as pgex import reads it; without it the data are gradients")
    ),
    ...policyFlags,
    taskFrom: Flag.String("task-from").pipe(
      Flag.optional,
      Flag.withMetavar("WHAT"),
      Flag.withDescription("What tells the task: file, or the name of a column; of Minari also a path, as infos/goal")
    ),
    actions: Flag.Literals("actions", ["drawn", "unit", "played"]).pipe(
      Flag.optional,
      Flag.withDescription(
        "What actions of a squashed policy are: drawn before the squashing, within [-1, 1] (unit), or as the environment got them"
      )
    ),
    normalised: Flag.Boolean("normalised").pipe(
      Flag.withDefault(false),
      Flag.withoutNegation,
      Flag.withDescription("Observations are what the network saw, normalised already")
    ),
    dropNaN: Flag.Boolean("drop-nan").pipe(
      Flag.withDefault(false),
      Flag.withoutNegation,
      Flag.withDescription("Leave rows out that hold a number that is not finite; they are counted")
    ),
    maxEpisodeSteps: Flag.Int("max-episode-steps").pipe(
      Flag.optional,
      Flag.withMetavar("STEPS"),
      Flag.withDescription(
        "Steps after which an episode is cut off: returns may grow until then, and not only to the best one seen"
      )
    ),
    k: Flag.Int("k").pipe(
      Flag.optional,
      Flag.withMetavar("K"),
      Flag.withDescription("So many groups; as many as pay without it")
    ),
    session: Flag.Literals("session", [...sessionKinds]).pipe(
      Flag.optional,
      Flag.withDescription("What computes, as pgex run has it")
    ),
    set: Flag.String("set").pipe(
      Flag.between(0, 1000),
      Flag.withMetavar("KEY=VALUE"),
      Flag.withDescription(
        "Set one value of the estimates, e.g. --set groupTraining.iterations=50; pgex config lists the keys"
      )
    ),
    out: Flag.String("out").pipe(
      Flag.optional,
      Flag.withMetavar("DIR"),
      Flag.withDescription(
        "A folder for the report and every number, as pgex run leaves; without it nothing is written"
      )
    ),
    force: Flag.Boolean("force").pipe(
      Flag.withDefault(false),
      Flag.withoutNegation,
      Flag.withDescription("Replace the run that is in the folder of --out")
    ),
    quiet: Flag.Boolean("quiet").pipe(
      Flag.withDefault(false),
      Flag.withoutNegation,
      Flag.withDescription("Show no progress")
    )
  },
  Effect.fn("pgex.group")(function* (o) {
    const { json, seed } = yield* shared
    const out = Option.getOrUndefined(o.out)
    if (out?.trim() === "") {
      return yield* Effect.fail(
        argumentError({ doing: "use --out", want: "the name of a folder", got: "an empty text" })
      )
    }
    const k = Option.getOrUndefined(o.k)
    const session = Option.getOrUndefined(o.session)
    const settings = yield* fromEither(
      settingsFrom([
        ...o.set,
        ...(k === undefined ? [] : [`grouping.k=${k}`]),
        ...(session === undefined ? [] : [`session=${session}`])
      ])
    )
    const told = Object.entries(toldElsewhere).find(([part]) => part in settings)
    if (told !== undefined) {
      const [part, fix] = told
      return yield* Effect.fail(
        argumentError({ doing: "use --set", want: "a value of the estimates", got: part, fix: `leave it out: ${fix}` })
      )
    }
    const { groupFrom } = yield* Effect.promise(() => import("../runs/group_from.ts"))
    const found = yield* groupFrom(
      {
        data: o.data,
        policy: Option.getOrUndefined(o.policy),
        ...policyOptions(o),
        taskFrom: Option.getOrUndefined(o.taskFrom),
        actions: Option.getOrUndefined(o.actions),
        normalised: o.normalised,
        dropNaN: o.dropNaN,
        maxEpisodeSteps: Option.getOrUndefined(o.maxEpisodeSteps)
      },
      { ...settings, ...(seed === undefined ? {} : { seed }) },
      { quiet: o.quiet || json, force: o.force, ...(out === undefined ? {} : { out }) }
    ).pipe(Effect.mapError(withoutResume))
    const { receipts, ...result } = found
    yield* print(json, { ...result, receipts, ...(out === undefined ? {} : { directory: out }) }, text(found, out))
  })
).pipe(
  Command.withDescription(
    "Group tasks by transitions that you collected yourself, with the policy that acted: how every group would learn is estimated, " +
      "and nothing is trained. Rows hold observation, action and task, and either advantage, or reward with terminated and " +
      "truncated; where they hold log_prob, the policy is proven to be the one that acted before anything is estimated."
  ),
  Command.withShortDescription("Groups from your own policy and transitions"),
  Command.withExamples([
    {
      command: "pgex group rollouts.npz --policy policy.zip",
      description: "Rollouts of a policy of Stable-Baselines3"
    },
    {
      command: "pgex group rollouts/*.npz --policy policy.zip --out runs/mine",
      description: "A file a task, with a report"
    },
    {
      command: "pgex group log.csv --policy agent.cleanrl_model --json",
      description: "A policy of CleanRL, the result as JSON"
    },
    { command: "pgex group features.npz", description: "Gradients of any other model, taken in Python" }
  ])
)

/** There is nothing to go on with: it takes seconds. */
const withoutResume = <E extends object>(e: E): E | RunStoreError =>
  isRunStoreError(e) && e.reason === "exists"
    ? storeFailure({ ...partsOf(e), reason: e.reason, fix: "choose another --out, or give --force to replace it" })
    : e

/** Groups, what each number of policies is worth, the check and what to mind; at most one screen. */
const text = (d: ReportData, out: string | undefined): string => {
  const { k, labels } = d.grouping
  const members = (g: number) => d.tasks.filter((_, i) => labels[i] === g).map((t) => clipped(t.id))
  const { prediction } = d
  const curve = (prediction?.curve ?? [])
    .filter((p) => Math.abs(p.policies - k) <= 2 || p.policies === 1 || p.policies === d.tasks.length)
    .map((p) => [
      `  ${policies(p.policies)}`,
      `${show(p.value)} (${show(p.low)} to ${show(p.high)})${p.policies === k ? "  <- chosen" : ""}`
    ])
  const check = d.firstOrder.map((r) => [`  ${r.direction}`, percent(r.distance, 3), percent(r.relativeRss.value, 3)])
  return [
    d.headline,
    "",
    ...Array.from({ length: k }, (_, g) => `  group ${g + 1}: ${members(g).join(", ")}`),
    ...(prediction === undefined
      ? []
      : [
          "",
          `Predicted mean ${prediction.unit === "return" ? `return, ${show(prediction.start)} now` : "gain in advantage a step"}, 95% intervals`,
          ...aligned(curve)
        ]),
    ...(check.length === 0 ? [] : ["", "First-order error (relative RSS) by distance", ...aligned(check)]),
    ...(d.warnings.length === 0 ? [] : ["", "Mind", ...aligned(d.warnings.map((w) => [`  ${w.level}`, w.text]))]),
    ...(out === undefined ? [] : ["", `  report: ${normalize(out)}/report.html`])
  ].join("\n")
}
