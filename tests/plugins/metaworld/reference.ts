/** Episodes of metaworld 3.1.1 with mujoco 3.3.0; tests/fixtures/README.md says how they were made. */
import assert from "node:assert/strict"
import { mt10 } from "../../../plugins/metaworld/mt10.ts"
import type { MetaworldTask } from "../../../plugins/metaworld/task.ts"
import { gzipJson } from "../../support/gzip_json.ts"

export interface ReferenceEpisode {
  readonly rand_vec: readonly number[]
  readonly noise_std: number
  readonly action_mode: string
  readonly initial_obs: readonly number[]
  readonly actions: readonly (readonly number[])[]
  readonly obs: readonly (readonly number[])[]
  readonly rewards: readonly number[]
  readonly info: { readonly success: readonly number[] }
  readonly after_reset: Readonly<Record<string, number | readonly number[]>> & {
    readonly collision_box_sites?: Readonly<Record<string, readonly number[]>>
  }
  readonly reward_inputs: {
    readonly tcp_center: readonly (readonly number[])[]
    readonly leftpad: readonly (readonly number[])[]
    readonly rightpad: readonly (readonly number[])[]
    readonly pegHead?: readonly (readonly number[])[]
    readonly doorjoint_qpos?: readonly (readonly number[])[]
  }
}

/** The record of one task. */
export const referenceOf = (id: string): { readonly episodes: readonly ReferenceEpisode[] } =>
  gzipJson(`metaworld/${id}.json.gz`)

export const taskOf = (id: string): MetaworldTask => {
  const found = mt10.find((task) => task.id === id)
  assert.ok(found, id)
  return found
}
