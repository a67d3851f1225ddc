/** The main job: from a configuration to groups and what they are worth. */
import { Effect, Schema } from "effect"
import type { RunConfig } from "./config.ts"
import type { Progress } from "./progress.ts"
import type { JobResult } from "./report_data.ts"
import type { RunStore, RunStoreError } from "./run_store.ts"
import type { Session, SessionError } from "./session.ts"

/** Why a job stopped: the stage, what was wanted, what came, what to do. What was finished is in the run's store. */
export class JobError extends Schema.TaggedError<JobError>()("JobError", {
  stage: Schema.String,
  want: Schema.String,
  got: Schema.String,
  fix: Schema.String
}) {
  override get message(): string {
    return `Cannot finish ${this.stage}: want ${this.want}, got ${this.got}${this.fix === "" ? "" : `; ${this.fix}`}`
  }
}

/** What a job needs and how it can fail. */
export type Job = (
  config: RunConfig
) => Effect.Effect<JobResult, JobError | SessionError | RunStoreError, RunStore | Progress | Session>

/** Runs every stage in order. */
export const mainJob: Job = (config) =>
  Effect.fail(
    new JobError({
      stage: "meta-training",
      want: "the pipeline's stages",
      got: `none for ${config.family.id}`,
      fix: ""
    })
  )
