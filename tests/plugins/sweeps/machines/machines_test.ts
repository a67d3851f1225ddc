/** Experiments on several workers, over a real Postgres: one is killed, and all is as if one machine had done it. */
import assert from "node:assert/strict"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { before, test } from "node:test"
import { inspect } from "node:util"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect } from "effect"
import { fromEither } from "../../../../core/service/from_either.ts"
import { catalog } from "../../../../plugins/loading/catalog/mod.ts"
import { loadPlugins } from "../../../../plugins/loading/mod.ts"
import { version } from "../../../../plugins/runs/machine.ts"
import { silentProgress } from "../../../../plugins/runs/progress.ts"
import { databaseAddress, work } from "../../../../plugins/sweeps/internal.ts"
import { sweep } from "../../../../plugins/sweeps/mod.ts"
import { pgex } from "../../../support/pgex.ts"
import { noPostgres, type Postgres, startPostgres } from "../../../support/postgres.ts"
import { right } from "../../../support/right.ts"
import { digestOf, doHere, smallestSettings } from "../support.ts"
import { finishedIn, start, until } from "./support.ts"

const folder = mkdtempSync(join(tmpdir(), "pgex-"))
process.on("exit", () => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)
const skip = noPostgres

const one = { set: smallestSettings, over: { "grouping.k": [2] } }

let postgres: Postgres
let database = ""
before(async () => {
  if (skip !== false) return
  postgres = await startPostgres()
  database = postgres.fresh("machines")
})

const meeting = (url = database) => ({ address: right(databaseAddress(url)), store: at("store") })

test("a sweep over two workers, one killed in the middle and Postgres restarted, leaves the bytes of one machine, each result once", {
  skip
}, async () => {
  const worker = (...flags: readonly string[]) =>
    start(["worker", "--workers", "1", "--store", at("store")], database, flags)
  // The clock of the one that stays jumps by days.
  const workers = [worker(), worker("--preload", join(import.meta.dirname, "jumping_clock.ts"))]
  const told = () => [said.join("\n"), ...workers.map((w) => w.said())].join("\n---\n")
  const said: string[] = []
  const swept = doHere(one, { out: at("out"), meeting: meeting(), said })
  await until(() => said.some((line) => /^2 workers with 2 threads at /.test(line)), told)
  await until(() => finishedIn(postgres, database).length >= 2, told)
  workers[0]!.child.kill("SIGKILL")
  postgres.restart()
  assert.deepEqual(states((await swept).runs), ["finished"], told())
  await doHere(one, { out: at("whole") })
  assert.equal(digestOf(at("out/runs/k=2")), digestOf(at("whole/runs/k=2")))
  const times = finishedIn(postgres, database)
  assert.ok(times.length > 6 && times.every((n) => n === 1), `${times}`)
  // The same again asks nobody.
  assert.deepEqual(states((await doHere(one, { out: at("again"), meeting: meeting() })).runs), ["finished"])
  assert.equal(digestOf(at("again/runs/k=2")), digestOf(at("whole/runs/k=2")))
  // Nor does a script's.
  const place = { out: at("script"), database, store: at("store"), quiet: true }
  const typed = { set: { ...smallestSettings, session: "wasm" }, over: { "grouping.k": [2] } } as const
  assert.deepEqual(states((await Effect.runPromise(sweep(typed, place))).runs), ["finished"])
  assert.equal(digestOf(at("script/runs/k=2")), digestOf(at("whole/runs/k=2")))
  assert.deepEqual(finishedIn(postgres, database), times)
  workers[1]!.child.kill("SIGTERM")
  assert.equal(await workers[1]!.ended, 143, told())
  assert.match(told(), /joined postgres:\/\/pgex:…@127/)
  // Neither shown nor kept anywhere.
  const kept = readdirSync(folder, { recursive: true, encoding: "utf8", withFileTypes: true })
    .filter((e) => e.isFile())
    .map((e) => readFileSync(join(e.parentPath, e.name), "latin1"))
  assert.ok(![told(), ...kept].some((text) => text.includes("s3cret")))
})

const states = (runs: readonly { readonly state: string }[]) => runs.map((r) => r.state)

/** Makes another process the only one that is there. */
const present = (role: string, code: object, store: string) => {
  const values = ["other", role, JSON.stringify(code), store, "/elsewhere", "far"].map((v) => `'${v}'`).join(",")
  postgres.query(
    database,
    `DELETE FROM pgex_members; INSERT INTO pgex_members (id, role, code, store, store_name, machine, threads, process) VALUES (${values}, 1, 7)`
  )
}

test("a worker of another version is refused with both versions, and no password is told", { skip }, () => {
  present("sweep", { policygradex: "0.0.9" }, "database")
  const { code, stdout, stderr } = pgex(["worker", "--json", "--database", database])
  assert.equal(code, 1)
  const both = `want policygradex 0\\.0\\.9, as it has, got policygradex ${version}; use one version on all machines`
  assert.match(stderr, new RegExp(`^pgex: Cannot join the sweep of process 7 on far at postgres://pgex:…@.*: ${both}`))
  assert.equal(JSON.parse(stdout).error._tag, "ArgumentError")
  assert.ok(!`${stdout}${stderr}`.includes("s3cret"), stderr)
})

const tryToWork = (url?: string) =>
  Effect.runPromise(
    Effect.gen(function* () {
      const loaded = yield* loadPlugins(catalog.registry, [])
      const address = yield* fromEither(databaseAddress(url ?? database))
      return yield* work({ address, threads: 1, loaded })
    }).pipe(Effect.provide(silentProgress), Effect.provide(NodeServices.layer))
  )

for (const [what, others, url, sentence] of [
  [
    "with another store",
    () => present("worker", { policygradex: version }, "ab12"),
    undefined,
    /want the store that it has, \/elsewhere, got the database; give the same --store everywhere/
  ],
  [
    "without a sweep's plugin",
    () => present("sweep", { policygradex: version, "plugin mine": "abcd" }, "database"),
    undefined,
    /want a worker with the plugin mine of the experiment, SHA-256 abcd, got none; start workers with --plugin FILE/
  ],
  [
    "of a database that does not answer",
    () => {},
    "postgres://ann:s3cret@127.0.0.1:1/none",
    /^Cannot use the database postgres:\/\/ann:…@127.0.0.1:1\/none: want a Postgres that answers, got /
  ],
  ["of what is no address", () => {}, "s3cret", /^Cannot use --database: want the address .*, got a text that is none/],
  ["of another kind of database", () => {}, "mysql://a:s3cret@b/c", /^Cannot use --database: .*, got one of mysql:; /]
] as const)
  test(`a worker ${what} is refused, and no password is told`, { skip }, async () => {
    others()
    await assert.rejects(tryToWork(url), (e: Error) => {
      assert.match(e.message, sentence)
      assert.ok(!inspect(e).includes("s3cret"))
      return true
    })
  })

test("a worker needs a database", () => {
  const { code, stderr } = pgex(["worker"], "", { PGEX_DATABASE: "" })
  assert.equal(code, 1)
  assert.match(stderr, /^pgex: Cannot start a worker: want the database to join, got none; give --database URL/)
})
