/** What is wrong with a plugin's groupings and learners, when they are put to use. */
import { Effect } from "effect"
import type { Algorithm } from "../../algorithms/mod.ts"
import { algorithmLaws, type LawGround } from "../../algorithms/mod.ts"
import { type Aggregator, aggregatorLaws } from "../../core/aggregate/mod.ts"
import { stream, zeroKey } from "../../core/random/mod.ts"
import type { Before } from "../../envs/internal.ts"
import type { Finding } from "../../envs/mod.ts"
import { cartPole } from "../../envs/mod.ts"
import { groupBy } from "../../pipeline/internal.ts"
import type { GroupingPlugin } from "../../pipeline/mod.ts"
import { sessionLayer } from "../sessions/mod.ts"
import { thrown } from "./error.ts"
import { guardedGrouping } from "./guard.ts"

/** Three tasks that help each other, twice. */
const pairs = Array.from({ length: 6 }, (_, i) => Array.from({ length: 6 }, (_, j) => (i % 2 === j % 2 ? 1 : 0)))

/** What a grouping does with a small matrix whose groups are plain. */
export const groupingFindings = (grouping: GroupingPlugin): readonly Finding[] => {
  const finding = (law: string, found: string, fix: string): Finding => ({
    subject: grouping.id,
    law,
    found,
    fix,
    advice: false
  })
  const answer = () => {
    const source = stream(zeroKey)
    const given = pairs.map((row) => [...row])
    const request = { method: grouping.id, k: 2, stream: source }
    const result = groupBy(given, request, [guardedGrouping(grouping, grouping.id)])
    return { result, kept: JSON.stringify(given) === JSON.stringify(pairs) }
  }
  try {
    const [a, b] = [answer(), answer()]
    const first = a.result
    if (first._tag === "Left")
      return [finding("a label for each task", first.left.message, "return one whole number a task")]
    const same = b.result._tag === "Right" && first.right.labels.join() === b.result.right.labels.join()
    const { k } = first.right
    return [
      ...(k === 2 ? [] : [finding("as many groups as asked for", `${k} for k = 2`, "use k where it is a number")]),
      ...(same ? [] : [finding("equal matrices give equal groups", "two answers differ", "draw from random() alone")]),
      ...(a.kept ? [] : [finding("the matrix stays as it was", "it was changed", "copy the rows before changing them")])
    ]
  } catch (e) {
    return [finding("a label for each task", thrown(e), "nothing may be thrown")]
  }
}

const ground: LawGround = {
  environment: cartPole,
  tasks: [
    { id: "short", params: { length: 0.3 } },
    { id: "long", params: { length: 1 } }
  ]
}

const FIX = "see the contract in algorithms/algorithm.ts: training is State → State, and a state is plain data"

/** The laws of learners that do not hold on two cart-poles. */
export const algorithmFindings = (algorithm: Algorithm<unknown>, before: Before) =>
  Effect.forEach(algorithmLaws(algorithm, ground), ({ name, check }) => {
    const told = Effect.sync(() => before(algorithm.id, name))
    const found = Effect.andThen(told, Effect.scoped(check)).pipe(
      Effect.catch((e) => Effect.succeed(`it fails: ${e.message}`)),
      Effect.catchDefect((d) => Effect.succeed(`it throws ${String(d)}`))
    )
    return Effect.map(found, (text): readonly Finding[] =>
      text === undefined ? [] : [{ subject: algorithm.id, law: name, found: text, fix: FIX, advice: false }]
    )
  }).pipe(
    Effect.map((all) => all.flat()),
    Effect.provide(sessionLayer("wasm", { threads: 1 })),
    Effect.orDie // it computes wherever the package runs
  )

/** The laws of combinations of task gradients, those claimed among them, that do not hold. */
export const aggregatorFindings = (aggregator: Aggregator): readonly Finding[] =>
  aggregatorLaws(aggregator).flatMap(({ name, check }): readonly Finding[] => {
    const found = caught(check)
    const fix = "see the contract in core/aggregate/aggregator.ts; claim only what holds"
    return found === undefined ? [] : [{ subject: aggregator.id, law: name, found, fix, advice: false }]
  })

const caught = (check: () => string | undefined): string | undefined => {
  try {
    return check()
  } catch (e) {
    return `it throws ${thrown(e)}`
  }
}

/** How many laws a learner is held to. */
export const algorithmLawCount = (algorithm: Algorithm<unknown>): number => algorithmLaws(algorithm, ground).length
