import assert from "node:assert/strict"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect, type FileSystem, type Scope } from "effect"
import type { ChildProcessSpawner } from "effect/process"
import { peers } from "../../bench/peer_process.ts"
import { hasPython, python } from "../../bench/peer_venv.ts"
import { keep } from "../../bench/results.ts"

type Services = FileSystem.FileSystem | ChildProcessSpawner.ChildProcessSpawner | Scope.Scope

const execute = <A, E>(effect: Effect.Effect<A, E, Services>): Promise<A> =>
  Effect.runPromise(Effect.scoped(Effect.provide(effect, NodeServices.layer)))

const skip = (await execute(hasPython)) ? false : `${python} is not installed`

const server = new URL("../../bench/peers/peer.py", import.meta.url).pathname

/** A peer whose answer to a request is whatever `body` prints. */
const script = (body: string): string => {
  const path = join(mkdtempSync(join(tmpdir(), "bench-peer-")), "peer.py")
  writeFileSync(path, `import json, sys, time\nfor line in sys.stdin:\n    ${body}\n`)
  return path
}

const askOnce = (path: string, work: string, patience?: "200 millis") =>
  execute(
    Effect.flatMap(peers(python, path, null, patience), (side) => Effect.result(side.ask({ work, args: { n: 3 } })))
  )

test("ask() gives the figure that the peer printed", { skip }, async () => {
  const answered = await askOnce(
    script(`print(json.dumps({"value": json.loads(line)["args"]["n"]}), flush=True)`),
    "any"
  )
  assert.equal(answered._tag, "Success")
  assert.equal(answered._tag === "Success" && answered.success.value, 3)
})

test("ask() fails with the peer's reason, with its last words if it dies, and in time if it is silent", {
  skip
}, async () => {
  const unknown = await askOnce(server, "nonsense")
  assert.match(String(unknown._tag === "Failure" && unknown.failure.message), /nonsense.*want one of sgemm/)
  const dead = await askOnce(script(`sys.exit("out of memory")`), "any")
  assert.match(String(dead._tag === "Failure" && dead.failure.message), /out of memory/)
  const silent = await askOnce(script("time.sleep(60)"), "any", "200 millis")
  assert.match(String(silent._tag === "Failure" && silent.failure.message), /want an answer within 200ms/)
})

test("keep() replaces a report whole and leaves nothing beside it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "bench-results-"))
  const machine = { cpu: "c", cores: 1, memoryGiB: 1, platform: "p", core: 0, load: 0 }
  const report = (suite: string) => ({ suite, machine, versions: {}, rows: [] })
  await execute(keep(folder, report("s")))
  const path = await execute(keep(folder, { ...report("s"), versions: { bun: "2" } }))
  assert.deepEqual(JSON.parse(readFileSync(path, "utf8")).versions, { bun: "2" })
  assert.deepEqual(readdirSync(folder), ["s.json"])
  rmSync(folder, { recursive: true })
})
