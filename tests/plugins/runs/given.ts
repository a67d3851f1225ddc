/** Transitions as somebody would log them of a policy of CleanRL, and the files that hold them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { observationScale } from "../../../algorithms/internal.ts"
import { child, fillNormal, random, stream, zeroKey } from "../../../core/random/mod.ts"
import type { NumberArray } from "../../../plugins/io/matrix/mod.ts"
import { npz } from "../exchange/npz.ts"
import { bytesOf, type Case, fileOf, importedCase, logProbs, reference } from "../exchange/support.ts"

export const caseOf = (name: string): Case => reference.cases.find((c) => c.name === name)!

/** Columns of equal length. */
export type Columns = Record<string, readonly [data: NumberArray, shape: readonly number[]]>

/** Four tasks of 160 rows each, in 8 environments, whose advantages pull two ways; log π as the policy has it. */
export const transitions = (name: string, tasks = 4, each = 160): Columns => {
  const c = caseOf(name)
  const imported = importedCase(c)
  const { inputs, actionSize, distribution } = imported.policy
  const count = tasks * each
  const s = stream(child(zeroKey, "given", name))
  const observation = new Float32Array(count * inputs)
  fillNormal(s, observation)
  // As they were when the policy normalised them by what it had seen.
  const { mean, deviation } =
    imported.moments === undefined ? { mean: [0], deviation: [1] } : observationScale(imported.policy, imported.moments)
  for (let i = 0; i < observation.length; i++) {
    observation[i] = mean[i % mean.length]! + deviation[i % deviation.length]! * observation[i]!
  }
  const discrete = distribution === "categorical"
  const action = new Float32Array(count * actionSize)
  if (discrete) for (let r = 0; r < count; r++) action[r] = random(s) < 0.5 ? 0 : 1
  else fillNormal(s, action)
  if (distribution === "squashedGaussian") for (let i = 0; i < action.length; i++) action[i] = Math.tanh(action[i]! / 2)
  const rows = (x: Float32Array, width: number) =>
    Array.from({ length: count }, (_, r) => [...x.subarray(r * width, (r + 1) * width)])
  const logProb = logProbs(imported, { observation: rows(observation, inputs), action: rows(action, actionSize) })
  const task = Int32Array.from({ length: count }, (_, r) => Math.floor(r / each))
  // Good is a large first observation with the second action, in every other task with the first.
  const advantage = Float64Array.from({ length: count }, (_, r) => {
    const side = discrete ? 2 * action[r]! - 1 : action[r * actionSize]!
    return (task[r]! % 2 === 0 ? 1 : -1) * side * observation[r * inputs]! + 0.5 * random(s)
  })
  return {
    observation: [observation, [count, inputs]],
    action: [action, discrete ? [count] : [count, actionSize]],
    task: [task, [count]],
    env: [Int32Array.from({ length: count }, (_, r) => r % 8), [count]],
    advantage: [advantage, [count]],
    log_prob: [logProb, [count]]
  }
}

/** A folder with the policy's file in it, and more. */
export const inFolder = async (
  name: string,
  use: (folder: string, policy: string) => Promise<void> | void
): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "pgex-group-"))
  try {
    const policy = join(folder, fileOf({ name }))
    const { file, moments } = caseOf(name)
    writeFileSync(policy, bytesOf(file))
    if (moments !== undefined) writeFileSync(join(folder, "vec_normalize.pkl"), bytesOf(moments))
    await use(folder, policy)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export const writeNpz = (folder: string, columns: Columns, level: 0 | 6 = 0): string => {
  const path = join(folder, "rows.npz")
  writeFileSync(path, npz(columns, level))
  return path
}
