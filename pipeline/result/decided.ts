/** What trainings decided, as the report has it and in a sentence. */
import { counted, policies, rounded, show } from "../../core/text/numbers.ts"
import { type Decided, trainingsOf } from "../stages/deciding.ts"
import { ALL_UP_TO } from "../stages/surrogate/beliefs.ts"
import type { Outcome } from "./outcome.ts"
import type { ReportDecided, Warning } from "./report_data.ts"

export const reportDecided = ({ trained: _, course, curve, ...decided }: Decided): ReportDecided => ({
  ...decided,
  course: course.map(({ k, ...rest }) => ({ ...rest, policies: k })),
  curve: curve.map(({ k, ...rest }) => ({ ...rest, policies: k }))
})

/** Whether it is certain, after how many trainings, and what would tell where it is not. */
export const decidedText = ({ k, labels, certain, certainty, level, margin, trainings }: Decided): string => {
  const done = counted(trainings.length, "training")
  const n = labels.length
  const others =
    n <= ALL_UP_TO
      ? "no other groups are"
      : `no other of the ${n} groupings looked at, one of each number of policies, is`
  const within = `${others} better by more than ${rounded(margin)} (probability ${show(Number(certainty.toPrecision(2)))})`
  if (certain) return `Decided by ${done}: with ${policies(k)} ${within}.`
  return (
    `Not certain after ${done}, all that truth.trainings allows: with ${policies(k)} ${within}, where ${show(level)} was asked; ` +
    "more trainings, a wider truth.margin or a lower truth.level would end it."
  )
}

/** What a reader must know of returns that also decided: the luckiest trainings look best. */
export const decidedNotes = ({ decided, trained }: Pick<Outcome, "decided" | "trained">): readonly Warning[] => {
  const own = trained.rows.find((r) => r.kind === "groups")
  if (decided === undefined || own === undefined) return []
  const before = trainingsOf(decided)
  const names = own.trials.flatMap(({ labels, seed }) =>
    [...new Set(labels)].map((l) => `${seed}: ${labels.flatMap((x, i) => (x === l ? [i] : [])).join(" ")}`)
  )
  const shared = names.filter((name) => before.has(name)).length
  if (shared === 0) return []
  const text = `${shared} of the ${names.length} trainings of the groups also decided for them, which flatters their mean return: of groups as good as others by about half of a training's deviation`
  return [{ level: "note", text }]
}
