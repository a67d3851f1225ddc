/** The result in a few sentences. */
import { counted } from "../../core/text/numbers.ts"
import { nmi } from "../stages/agreement.ts"
import type { TaskGroups } from "../stages/grouping.ts"
import { decidedText } from "./decided.ts"
import type { Outcome } from "./outcome.ts"
import type { Verdict } from "./verdict.ts"

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`

const fallsInto = (tasks: number, k: number, asked: boolean): string => {
  if (k < tasks || tasks === 1) return `${tasks} tasks fall into ${counted(k, "group")}.`
  return asked
    ? `Each of ${tasks} tasks is a group of its own, as was asked.`
    : `No two of ${tasks} tasks should share a policy: each is a group of its own.`
}

/** What a person reads first; where a decision is open, or makes no difference, that before all else. */
export const headline = (
  o: Pick<Outcome, "planted" | "decided"> & {
    readonly config: { readonly grouping: Pick<Outcome["config"]["grouping"], "k"> }
    readonly tasks: readonly unknown[]
    readonly grouping: Pick<TaskGroups, "k" | "labels" | "indifference" | "decision">
  },
  judged: Pick<Verdict, "text"> | undefined
): string => {
  const { k, labels, indifference, decision } = o.grouping
  if (indifference !== undefined) return `${sentence(indifference)}, so all are one.`
  const like = o.planted === undefined ? undefined : nmi(labels.chosen, o.planted)
  return [
    ...(o.decided !== undefined || decision === undefined || decision.certainty === "clear"
      ? []
      : [`${sentence(decision.text)}.`]),
    fallsInto(o.tasks.length, k, o.config.grouping.k !== "auto"),
    ...(o.decided === undefined ? [] : [decidedText(o.decided)]),
    ...(like === undefined
      ? []
      : [
          like > 0.999
            ? "They are exactly the planted groups."
            : `Agreement with the planted groups: NMI ${like.toFixed(2)}.`
        ]),
    ...(judged === undefined ? [] : [judged.text])
  ].join(" ")
}
