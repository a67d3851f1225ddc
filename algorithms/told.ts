/** Which task a policy is told. */
import type { Problem } from "./algorithm.ts"

/** Where each task stands among those that the policy can be told, under the name by which it is told: −1 where it is none of them. */
export const placesOf = ({ policy, tasks }: Pick<Problem, "policy" | "tasks">): readonly number[] =>
  tasks.map(({ id, toldAs = id }) => policy.taskIds.indexOf(toldAs))
