/** `pgex evaluate RUN`: what the policies of a finished run are worth, task by task. */

import { Effect, Option } from "effect"
import { Command, Flag } from "effect/cli"
import * as E from "fp-ts/lib/Either.js"
import { argumentError } from "../../core/failure/mod.ts"
import { key } from "../../core/random/mod.ts"
import { fromEither } from "../../core/service/from_either.ts"
import { show } from "../../core/text/numbers.ts"
import { clipped } from "../../core/text/printable.ts"
import { findEnvironment } from "../../envs/mod.ts"
import { calling } from "../loading/mod.ts"
import type { RunWorth } from "../runs/evaluate_run.ts"
import { remarkOnLimit } from "./endless.ts"
import { atLeast, ofRun, openRun, taskFlag } from "./of_run.ts"
import { aligned, percentOrNone, print } from "./output.ts"
import { shared } from "./shared.ts"

export const evaluateCommand = Command.make(
  "evaluate",
  {
    ...ofRun,
    episodes: Flag.Int("episodes").pipe(
      Flag.withDefault(100),
      Flag.withMetavar("N"),
      Flag.withDescription("Whole episodes a task and policy")
    ),
    deterministic: Flag.Boolean("deterministic").pipe(
      Flag.withDefault(false),
      Flag.withoutNegation,
      Flag.withDescription("Take the most probable action instead of drawing one")
    ),
    adapt: Flag.Int("adapt").pipe(
      Flag.optional,
      Flag.withMetavar("N"),
      Flag.withDescription(
        "Adapt the meta-policy to unseen tasks by N steps each, and play before and after: inner steps of a " +
          "meta-learner, iterations of training of another learner"
      )
    ),
    unseen: Flag.Int("unseen").pipe(
      Flag.withDefault(50),
      Flag.withMetavar("N"),
      Flag.withDescription("With --adapt: how many tasks to draw from the run's family")
    ),
    stepsPerTask: Flag.Int("steps").pipe(
      Flag.optional,
      Flag.withMetavar("N"),
      Flag.withDescription(
        "With --adapt: environment steps for each step of it; as many as an iteration of the run had"
      )
    ),
    task: taskFlag("Only this task; may be repeated")
  },
  Effect.fn("pgex.evaluate")(function* (o) {
    const { json, seed } = yield* shared
    const adapt = Option.getOrUndefined(o.adapt)
    yield* fromEither(
      atLeast([
        ["--episodes", 1, o.episodes],
        ["--unseen", 1, o.unseen],
        ["--adapt", 0, adapt ?? 0]
      ])
    )
    if (adapt !== undefined && o.task.length > 0) {
      const got = `--task ${o.task[0]}`
      return yield* Effect.fail(
        argumentError({ doing: "use --adapt", want: "unseen tasks", got, fix: "leave --task out" })
      )
    }
    const from = yield* fromEither(key(seed ?? 0))
    const { run, store, catalog, loaded } = yield* openRun(o)
    const actions = o.deterministic ? "mode" : "sample"
    if (adapt !== undefined) {
      const { adapted } = yield* Effect.promise(() => import("./adapt.ts"))
      const { unseen, episodes } = o
      const steps = Option.match(o.stepsPerTask, { onNone: () => ({}), onSome: (stepsPerTask) => ({ stepsPerTask }) })
      const how = { steps: adapt, unseen, episodes, actions, ...steps } as const
      const { worth, text } = yield* calling(Effect.scoped(adapted({ run, store }, loaded, o.session, how, from)))
      return yield* print(json, { run: store.name, seed: seed ?? 0, ...worth }, text)
    }
    const { evaluateRun, policiesOfRun } = yield* Effect.promise(() => import("../runs/evaluate_run.ts"))
    const { sessionLayer } = yield* Effect.promise(() => import("../sessions/mod.ts"))
    const policies = yield* policiesOfRun(store, catalog)
    for (const id of new Set(policies.map((p) => p.environment.id))) {
      const environment = findEnvironment(catalog.registry, id)
      // One that is not there is told of by what plays it.
      if (E.isRight(environment)) yield* remarkOnLimit(environment.right)
    }
    const asked = o.task.length === 0 ? {} : { tasks: o.task }
    const worth = yield* calling(
      evaluateRun(policies, catalog, { episodes: o.episodes, actions, ...asked }, from)
    ).pipe(Effect.provide(sessionLayer(o.session)))
    yield* print(json, { run: store.name, seed: seed ?? 0, ...worth }, describe(worth))
  })
).pipe(
  Command.withDescription(
    "Play whole episodes of every task under the policies of its group, one policy a training seed: mean return, " +
      "interquartile mean with a 95% interval (stratified bootstrap), success rate where the environment tells. " +
      "A task's interval draws episodes anew, that over all tasks draws training seeds anew. With --adapt the run's " +
      "meta-policy is played instead, on tasks that it never saw, before and after it adapts to each by itself; " +
      "intervals over all tasks draw tasks anew. A meta-policy that is told its task is told these as its own, each in turn."
  ),
  Command.withShortDescription("What a finished run's policies are worth, by task"),
  Command.withExamples([
    { command: "pgex evaluate runs/quick-0 --episodes 50", description: "Fifty episodes a task and policy" },
    {
      command: "pgex evaluate runs/quick-0 --deterministic --seed 3 --json",
      description: "Most probable actions, as JSON"
    },
    {
      command: "pgex evaluate runs/maml --adapt 200 --unseen 50 --json",
      description: "Two hundred steps of adaptation to each of fifty unseen tasks"
    }
  ])
)

const describe = (w: RunWorth): string => {
  const [first] = w.tasks
  const level = percentOrNone(first?.interquartileMean.level)
  const success = w.tasks.some((t) => t.successRate !== undefined)
  const table = [
    ["task", "group", "mean", "IQM", `${level} interval`, "length", ...(success ? ["success"] : [])],
    ...w.tasks.map(({ task, group, meanReturn, interquartileMean: i, meanLength, successRate }) => [
      clipped(task),
      String(group),
      show(meanReturn),
      show(i.estimate),
      `${show(i.low)} to ${show(i.high)}`,
      show(meanLength),
      percentOrNone(successRate)
    ])
  ]
  const { estimate, low, high } = w.interquartileMean
  const rate = w.successRate === undefined ? "" : `, success ${percentOrNone(w.successRate)}`
  const how = `${first?.episodes ?? 0} episodes a task, of ${first?.seeds ?? 0} training seeds`
  return [
    ...aligned(table),
    "",
    `all tasks: interquartile mean ${show(estimate)} (${show(low)} to ${show(high)})${rate}`,
    `${w.actions === "mode" ? "most probable actions" : "drawn actions"}, ${how}`
  ].join("\n")
}
