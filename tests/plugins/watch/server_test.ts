/** Requests to the real server: what is shown, and everything that is refused. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { request } from "node:http"
import { join } from "node:path"
import { after, test } from "node:test"
import { Effect } from "effect"
import { leavingTrail } from "../../../plugins/runs/trail.ts"
import { command, pgex } from "../../support/pgex.ts"
import { HOSTILE, runs, serving } from "./support.ts"

const { folder, remove } = await runs()
const local = await serving(folder)
const guarded = await serving(folder, { token: "right-token" })
after(async () => {
  await local.close()
  await guarded.close()
  remove()
})

interface Answer {
  readonly status: number
  readonly text: string
  readonly headers: Readonly<Record<string, unknown>>
}

interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** A path as it stands: `fetch` would put `..` in order. */
const ask = (url: string, path: string, { method = "GET", headers = {}, body = "" }: Sent = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const sent = request(`${url}/`, { method, path, headers, agent: false }, (response) => {
      let text = ""
      response.on("data", (part) => (text += part))
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }))
    })
    sent.on("error", reject)
    sent.end(body)
  })

const named = (name: string, path = "/run") => `${path}?name=${encodeURIComponent(name)}`

test("the list has every run with its state, a run its stages, curves, affinities and what it told", async () => {
  const list = await ask(local.url, "/")
  assert.equal(list.status, 200)
  assert.match(list.text, /<a href="\/run\?name=whole">whole<\/a><\/td><td>finished/)
  assert.match(list.text, /<td>running<\/td>|<td>stopped<\/td>/)
  const { status, text, headers } = await ask(local.url, named("whole"))
  assert.equal(status, 200)
  for (const part of [
    "meta-training",
    "group training",
    "Learning curves of 3 tasks, meanReturn",
    "3 by 3 tasks",
    "Mean return of 3 tasks"
  ])
    assert.ok(text.includes(part), part)
  const busy = [...text.matchAll(/(\d+\.\d\d) sessions computing \(wasm\), ([\d.e-]+) GFLOP\/s/g)]
  assert.ok(busy.filter(([, , rate]) => Number(rate) > 0).length >= 3, String(busy))
  // What the trail tells last is what the receipts say, but for what the run did behind its last stage.
  const trail = readFileSync(join(folder, "whole", "progress.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
  const last = trail.map((line) => JSON.parse(line).use?.flops ?? 0).filter((flops) => flops > 0)
  const { receipts } = JSON.parse(readFileSync(join(folder, "whole", "summary.json"), "utf8"))
  const part = Number(last.at(-1)) / receipts.sessions[0].work.flops
  assert.ok(part > 0.5 && part <= 1, String(part))
  assert.match(String(headers["content-security-policy"]), /default-src 'none'; script-src 'self'/)
  const entropy = await ask(local.url, `${named("whole")}&metric=entropy`)
  assert.match(entropy.text, /Learning curves of 3 tasks, entropy/)
  const trained = await ask(local.url, `${named("whole")}&metric=group-training%20meanReturn`)
  assert.match(trained.text, /How each task learned in each training.*, group 1\/seed 0/s)
  const report = await ask(local.url, named("whole", "/report"))
  assert.match(report.text, /^<!doctype html>/)
  assert.equal(report.headers["content-security-policy"], "sandbox allow-scripts")
})

test("hostile names of runs, tasks and sentences are text", async () => {
  for (const path of ["/", named(HOSTILE)]) {
    const { status, text } = await ask(local.url, path)
    assert.equal(status, 200)
    assert.ok(!text.includes("<img"), path)
    assert.ok(text.includes("&lt;img src=x"), path)
  }
})

test("a link that leads out of a run's directory is not followed, be it to read or to write", async () => {
  const outside = join(folder, "outside.jsonl")
  const run = join(folder, "linked")
  cpSync(join(folder, "whole"), run, { recursive: true })
  writeFileSync(outside, readFileSync(join(run, "events.jsonl")))
  for (const name of ["events.jsonl", "progress.jsonl", "report.html"]) {
    rmSync(join(run, name))
    symlinkSync(outside, join(run, name))
  }
  const linked = await serving(folder)
  const { status, text } = await ask(linked.url, named("linked"))
  assert.equal(status, 200)
  assert.ok(text.includes("Nothing was measured yet") && !text.includes("clipFraction"))
  assert.equal((await ask(linked.url, named("linked", "/report"))).status, 404)
  await linked.close()
  const before = readFileSync(outside)
  const progress = { report: () => Effect.void, say: () => Effect.void }
  await Effect.runPromise(
    Effect.flatMap(leavingTrail(run, progress), ({ ended }) => ended({ end: "failed", words: "" }))
  )
  assert.deepEqual(readFileSync(outside), before)
})

test("no path of a request leads to a file", async () => {
  writeFileSync(join(folder, "secret"), "a secret")
  const paths = [
    "/../secret",
    "/secret",
    "/%2e%2e/secret",
    "/..%2fsecret",
    "/whole/run.json",
    "//etc/passwd",
    "/run?name=../whole",
    "/run?name=whole/../whole",
    "/report?name=..",
    "/report?name=%00",
    "/run?name=__proto__",
    named(folder),
    named(join(folder, "whole")),
    "/page.js/../run.json"
  ]
  for (const path of paths) {
    const { status, text } = await ask(local.url, path)
    assert.equal(status, 404, path)
    assert.ok(!text.includes("secret") && !text.includes("format"), path)
  }
})

test("bodies, other methods and endless addresses are refused, and the server goes on", async () => {
  const body = "x".repeat(2 ** 20)
  assert.equal(
    (await ask(local.url, "/", { method: "POST", body, headers: { "content-length": String(body.length) } })).status,
    413
  )
  assert.equal((await ask(local.url, "/", { body, headers: { "transfer-encoding": "chunked" } })).status, 413)
  assert.equal((await ask(local.url, "/", { method: "DELETE" })).status, 405)
  assert.equal((await ask(local.url, `/run?name=${"x".repeat(5000)}`)).status, 414)
  assert.equal((await ask(local.url, "/")).status, 200)
})

test("a page of somebody else's that leads here by its own name is refused", async () => {
  assert.equal((await ask(local.url, "/", { headers: { host: "example.org" } })).status, 403)
  assert.equal((await ask(local.url, "/", { headers: { host: "localhost:80" } })).status, 200)
})

test("with a token nothing is shown without it, nor with another one", async () => {
  const get = (path: string, headers = {}) => ask(guarded.url, path, { headers })
  for (const path of [
    "/",
    "/page.js",
    "/events",
    named("whole"),
    named("whole", "/report"),
    "/?token=wrong",
    "/?token=",
    "/?token=right-toke"
  ]) {
    const { status, text } = await get(path)
    assert.equal(status, 401, path)
    assert.ok(!text.includes("whole"))
  }
  assert.equal((await get("/", { authorization: "Bearer wrong" })).status, 401)
  assert.equal((await get("/", { authorization: "Bearer right-token", host: "example.org" })).status, 200)
  const first = await get(`${named("whole")}&token=right-token`)
  assert.deepEqual([first.status, first.headers.location], [303, "/run?name=whole"])
  const [cookie] = [first.headers["set-cookie"]].flat()
  assert.match(String(cookie), /^pgex_watch=right-token; HttpOnly; SameSite=Strict; Path=\/$/)
  assert.equal((await get("/", { cookie: "pgex_watch=right-token" })).status, 200)
})

test("pgex watch serves on this machine alone, with a token elsewhere, and ends by Ctrl-C", async () => {
  for (const [host, isLocal] of [
    ["127.0.0.1", true],
    ["0.0.0.0", false]
  ] as const) {
    const [program, ...args] = command(["watch", folder, "--port", "0", "--host", host, "--json"])
    const child = spawn(program!, args, { stdio: ["ignore", "pipe", "inherit"] })
    let out = ""
    while (!out.includes("}")) out += String((await once(child.stdout, "data"))[0])
    const { url, token } = JSON.parse(out)
    assert.equal(token === undefined, isLocal)
    const at = new URL(url)
    at.hostname = "127.0.0.1"
    assert.equal((await ask(at.origin, "/")).status, isLocal ? 200 : 401)
    assert.equal((await ask(at.origin, "/", { headers: { authorization: `Bearer ${token}` } })).status, 200)
    child.kill("SIGINT")
    assert.equal((await once(child, "exit"))[0], 130)
  }
  const { code, stderr } = pgex(["watch", join(folder, "none")])
  assert.equal(code, 1)
  assert.match(stderr, /Cannot watch .*none: want a folder, got none/)
})
