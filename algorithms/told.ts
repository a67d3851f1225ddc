/** Which task a policy is told. */
import type { Task } from "../envs/mod.ts"
import type { Policy } from "./policy.ts"

/** Tasks by what a policy is told of them. */
export type ToldTasks = readonly (Pick<Task, "id"> & { readonly toldAs?: string })[]

/** What a policy can be told, and of which tasks it is asked. */
interface Told {
  readonly policy: Pick<Policy, "taskIds">
  readonly tasks: ToldTasks
}

/** Where each task stands among those that the policy can be told, under the name by which it is told: −1 where it is none of them. */
export const placesOf = ({ policy, tasks }: Told): readonly number[] =>
  tasks.map(({ id, toldAs = id }) => policy.taskIds.indexOf(toldAs))
