/** Three workers, one of them killed, with each kind of store: some minutes of two cores. */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { before, test } from "node:test"
import { finishedIn, start, until } from "../plugins/sweeps/machines/support.ts"
import { digestOf, smallestSettings } from "../plugins/sweeps/support.ts"
import { noMoto, startMoto } from "../support/moto.ts"
import { pgex } from "../support/pgex.ts"
import { noPostgres, type Postgres, startPostgres } from "../support/postgres.ts"

const folder = mkdtempSync(join(tmpdir(), "pgex-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)

const set = { ...smallestSettings, "truth.subsets": 6, "groupTraining.seeds": 2 }
writeFileSync(at("four.json"), JSON.stringify({ set, over: { seed: [0, 1], "grouping.k": [2, 3] } }))
const runs = ["seed=0,k=2", "seed=0,k=3", "seed=1,k=2", "seed=1,k=3"]

let postgres: Postgres
before(async () => {
  if (noPostgres) return
  postgres = await startPostgres()
  assert.equal(pgex(["sweep", at("four.json"), "--out", at("whole"), "--quiet"]).code, 0)
})

for (const [store, args] of [
  ["the database", []],
  ["a folder", ["--store", at("store")]],
  ["a bucket", ["--store", "s3://runs/x"]]
] as const)
  test(`with three workers and ${store}, one worker killed, all activities complete, each result once`, {
    skip: noPostgres || (store === "a bucket" && noMoto)
  }, async () => {
    const moto = store === "a bucket" ? await startMoto() : undefined
    const endpoint = { AWS_ENDPOINT_URL: `http://127.0.0.1:${moto?.port}` }
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b", ...endpoint })
    const database = postgres.fresh(`of_${store.replaceAll(" ", "_")}`)
    const workers = [1, 2, 3].map(() => start(["worker", "--workers", "1", ...args], database))
    const out = at(`out ${store}`)
    const sweep = start(["sweep", at("four.json"), "--out", out, ...args], database)
    const told = () => [sweep, ...workers].map(({ said }) => said()).join("\n---\n")
    await until(() => /3 workers with 3 threads/.test(sweep.said()), told)
    await until(() => finishedIn(postgres, database).length >= 5, told)
    workers[0]!.child.kill("SIGKILL")
    assert.equal(await sweep.ended, 0, told())
    for (const run of runs) assert.equal(digestOf(join(out, "runs", run)), digestOf(at(`whole/runs/${run}`)))
    const times = finishedIn(postgres, database)
    assert.ok(times.length > 30 && times.every((n) => n === 1), `${times}`)
    for (const { child, ended } of workers) {
      child.kill("SIGTERM")
      await ended
    }
    moto?.stop()
  })
