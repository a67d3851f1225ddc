/** A contender's policies, all trained. */
import { Effect } from "effect"
import { child } from "../../core/random/mod.ts"
import { groupsOf } from "../../pipeline/mod.ts"
import type { NewCourse } from "./book.ts"
import type { Contender } from "./contenders.ts"
import { type Asked, keyOf, settingFor, widthOf } from "./prepare.ts"
import type { Point } from "./report.ts"
import { trainTasks } from "./train.ts"

/** Seconds of training after which what was done is worth keeping. */
const WORTH_KEEPING = 30

/** Policies of a contender, one for each group, at the width that gives them all together its number of parameters. */
export const compete = Effect.fn("bench.compete")(function* (a: Asked, c: Contender, labels: readonly number[]) {
  const { opened, iterations, stem } = a
  const { ground, tasks } = opened
  const groups = groupsOf(labels)
  const width = widthOf(opened, c, groups.length)
  const setting = yield* settingFor(opened, c, width)
  const files = groups.map((members) => `${stem}-${c.name.replaceAll(/\W+/g, "-")}-${members.join("+")}.state`)
  const trained = yield* Effect.forEach(groups, (members, g) =>
    trainTasks({
      setting,
      tasks: members.map((t) => tasks[t]!),
      iterations,
      points: ground.points,
      key: child(keyOf(a), members.join(" ")),
      file: files[g]!,
      keepAfter: WORTH_KEEPING
    })
  )
  const sum = (of: (t: (typeof trained)[number]) => number): number => trained.reduce((s, t) => s + of(t), 0)
  const course: NewCourse = {
    width,
    parameters: { policy: sum((t) => t.state.policy.length), value: sum((t) => t.state.value.length) },
    labels,
    points: joined(
      groups,
      trained.map((t) => t.points)
    ),
    steps: sum((t) => t.state.steps),
    seconds: sum((t) => t.seconds)
  }
  return { course, files }
})

/** Every group's points, in the tasks' own order. */
const joined = (groups: readonly (readonly number[])[], all: readonly (readonly Point[])[]): readonly Point[] =>
  (all[0] ?? []).map(({ steps }, p) => {
    const byTask = (of: (x: Point) => readonly number[] | undefined): readonly number[] | undefined => {
      const values: number[] = []
      for (const [g, members] of groups.entries())
        for (const [i, t] of members.entries()) values[t] = of(all[g]![p]!)?.[i] ?? Number.NaN
      return values.every((v) => !Number.isNaN(v)) ? values : undefined
    }
    const successes = byTask((x) => x.successes)
    return { steps, returns: byTask((x) => x.returns) ?? [], ...(successes === undefined ? {} : { successes }) }
  })
