/** What is known before anything is trained to confirm it, as a run says it: the groups, and what they are predicted to be worth. */
import { mean } from "../../core/stat/mod.ts"
import { choices } from "../../core/text/choices.ts"
import { counted, policies, rounded, show } from "../../core/text/numbers.ts"
import { shortNames } from "../../core/text/short_names.ts"
import { unitNames } from "../stages/decision.ts"
import type { TaskGroups } from "../stages/grouping.ts"
import type { Worth } from "../stages/surrogate/predict.ts"

export interface Forecast {
  readonly taskIds: readonly string[]
  readonly worth: Worth | undefined
  readonly grouping: Pick<TaskGroups, "k" | "labels" | "decision" | "indifference">
  /** Whether trainings follow; so by default. */
  readonly confirmed?: boolean
}

/** Numbers of policies that are told of, at most: as many as are read at a glance. */
const TOLD = 6

/** Several lines for the terminal: the curve at some numbers of policies, the groups by short names, how sure that is. */
export const forecastText = ({ taskIds, worth, grouping, confirmed = true }: Forecast): string => {
  const { k, labels, decision, indifference } = grouping
  const doubt = indifference ?? decision?.text ?? ""
  const { names, pattern } = shortNames(taskIds)
  const groups = Array.from({ length: k }, (_, g) => {
    const members = names.filter((_, task) => labels.chosen[task] === g)
    return `  group ${g + 1}: ${members.join("  ")}`
  })
  return [
    ...(worth === undefined
      ? [`Groups by the estimates${confirmed ? "; the trainings that follow confirm them" : ""}:`]
      : predicted(worth, k, confirmed)),
    ...groups,
    ...(pattern === "" ? [] : [`  (tasks by ${pattern})`]),
    ...[doubt, silence(taskIds, worth)].flatMap((text) => (text === "" ? [] : [`  ${text}`]))
  ].join("\n")
}

/** Which tasks' place is a guess, as a part of a sentence; empty where none is. */
export const silence = (taskIds: readonly string[], worth: Worth | undefined): string => {
  const silent = worth?.silent ?? []
  if (silent.length === 0) return ""
  const { names } = shortNames(taskIds)
  const who = choices(silent.map((task) => names[task]!))
  return (
    `nothing tells whom ${who} should learn with: at θ★ the gradient is within its noise, no reward was near or all is ` +
    "learned; a longer meta-training, or more transitions a task, may tell"
  )
}

const predicted = ({ start, unit, curve }: Worth, k: number, confirmed: boolean): readonly string[] => {
  const write = unit === "return" ? rounded : show
  const rows = toldOf(curve.length, k).map((count) => {
    const { value, low, high } = curve[count - 1]!
    return [
      policies(count),
      `${write(value)} (${write(low)} to ${write(high)})${count === k ? "  <- chosen" : ""}`
    ] as const
  })
  const all = [...(unit === "return" ? [["θ★ now", rounded(mean(start))] as const] : []), ...rows]
  const width = Math.max(...all.map(([name]) => name.length))
  return [
    `Mean ${unitNames[unit]} of ${counted(curve.length, "task")} by number of policies, with 95% intervals: predicted${confirmed ? "; the trainings that follow confirm it" : ", nothing was trained"}`,
    ...all.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`)
  ]
}

/** One, all, the chosen number and its neighbours, and what lies between as there is room. */
const toldOf = (n: number, k: number): readonly number[] => {
  const wanted = [k, 1, n, k - 1, k + 1, 2, Math.ceil(n / 2), ...Array.from({ length: n }, (_, i) => i + 1)]
  const some = [...new Set(wanted.filter((p) => p >= 1 && p <= n))].slice(0, TOLD)
  return some.toSorted((a, b) => a - b)
}
