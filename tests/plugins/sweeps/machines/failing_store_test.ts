/** A store that answers 500s while a sweep runs: now and then, then to everything, and at last as it should. */
import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { createServer, request } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { databaseAddress } from "../../../../plugins/sweeps/internal.ts"
import { noMoto, startMoto } from "../../../support/moto.ts"
import { noPostgres, startPostgres } from "../../../support/postgres.ts"
import { right } from "../../../support/right.ts"
import { digestOf, doHere, smallestSettings } from "../support.ts"
import { finishedIn, start, until } from "./support.ts"

const folder = mkdtempSync(join(tmpdir(), "pgex-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)

/** Requests to the store's port pass, but for one in `every`, which is answered with 500. */
const failingBefore = async (port: number) => {
  let [every, asked, failed] = [Number.POSITIVE_INFINITY, 0, 0]
  const proxy = createServer((asking, answer) => {
    asked++
    if (asked % every === 0) {
      failed++
      asking.resume()
      answer.writeHead(500).end("<Error><Code>InternalError</Code></Error>")
      return
    }
    const { method = "GET", url = "/", headers } = asking
    const passed = request({ host: "127.0.0.1", port, method, path: url, headers, agent: false }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers)
      got.pipe(answer)
    })
    passed.on("error", () => answer.destroy())
    asking.pipe(passed)
  })
  await new Promise<void>((done) => proxy.listen(0, "127.0.0.1", done))
  const address = proxy.address()
  assert.ok(typeof address === "object" && address !== null)
  const close = () => {
    proxy.close()
    proxy.closeAllConnections()
  }
  return { port: address.port, failOne: (of: number) => void (every = of), failed: () => failed, close }
}

test("a sweep whose store answers 500s now and then ends right; where it answers nothing else that is told, and the same command goes on", {
  skip: noPostgres || noMoto
}, async () => {
  const [postgres, moto] = [await startPostgres(), await startMoto()]
  const store = await failingBefore(moto.port)
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" })
  process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${store.port}`
  const database = postgres.fresh("failing")
  const worker = start(["worker", "--workers", "1", "--store", "s3://runs/x"], database)
  after(() => {
    worker.child.kill("SIGKILL")
    store.close()
    moto.stop()
    postgres.stop()
  })
  const sweep = async () => {
    const meeting = { address: right(databaseAddress(database)), store: "s3://runs/x" }
    const what = { set: smallestSettings, over: { "grouping.k": [2] } }
    const [run = assert.fail("no run")] = (await doHere(what, { out: at("out"), meeting })).runs
    return run
  }
  store.failOne(3)
  const first = sweep()
  await until(() => /joined/.test(worker.said()), worker.said)
  await until(() => finishedIn(postgres, database).length >= 2, worker.said)
  store.failOne(1)
  const failed = await first
  assert.equal(failed.state, "failed", worker.said())
  const sentence =
    /^Cannot use s3:\/\/runs\/x\/\S+: want an answer of the store, got 500 InternalError, 8 times; see that/
  assert.match(failed.error ?? "", sentence)

  store.failOne(3)
  assert.equal((await sweep()).state, "finished", worker.said())
  assert.ok(store.failed() > 10)
  await doHere({ set: smallestSettings, over: { "grouping.k": [2] } }, { out: at("whole") })
  assert.equal(digestOf(at("out/runs/k=2")), digestOf(at("whole/runs/k=2")))
  const times = finishedIn(postgres, database)
  assert.ok(times.length > 6 && times.every((n) => n === 1), `${times}`)
})
