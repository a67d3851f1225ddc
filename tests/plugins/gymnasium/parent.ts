/** Tells the process of an environment, named by the last argument, and waits for a step of it that does not end. */
import { writeSync } from "node:fs"
import { zeroKey } from "../../../core/random/mod.ts"
import { taskBatch } from "../../../envs/task_batch.ts"
import { makeRows } from "../../../envs/vector.ts"
import { bridge, right } from "./support.ts"

const source = bridge()
const environment = right(source.environment(process.argv.at(-1) ?? ""))
const batch = right(taskBatch(environment, [{ id: "a", params: { armed: true } }], 1, zeroKey))
const rows = makeRows(1, 2)
batch.reset(rows.observation)
batch.step(Float64Array.of(0), rows)
const infos = batch.remote?.infos()
writeSync(1, `${infos?._tag === "Right" ? infos.right[0]?.pid : 0}\n`)
batch.step(Float64Array.of(0), rows)
