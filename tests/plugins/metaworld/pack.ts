/** Whether the tasks can be simulated here, and their dynamics. */
import assert from "node:assert/strict"
import * as Either from "fp-ts/lib/Either.js"
import type { Dynamics } from "../../../envs/mod.ts"
import { dynamicsOf } from "../../../plugins/metaworld/dynamics.ts"
import type { MetaworldTask } from "../../../plugins/metaworld/task.ts"
import { installedEngines, isInstalled, packs } from "../../../plugins/mujoco/mod.ts"

const engine = installedEngines().find(({ id }) => id === "3.3.8")

const reason = (): string | false => {
  if (!isInstalled(packs.metaworld)) return "the asset pack is not here: pgex assets get metaworld"
  return engine?.version === undefined ? "the npm package mujoco-js is not installed" : false
}

/** Options of a test that needs them. */
export const unavailable = { skip: reason() }

export const dynamicsFor = (task: MetaworldTask, vectors: readonly Float64Array[]): Dynamics => {
  const made = dynamicsOf(task, vectors)
  assert.ok(Either.isRight(made), Either.isLeft(made) ? made.left.message : "")
  return made.right
}
