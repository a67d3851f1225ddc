/** Backends that are missing, chosen, or lost. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { Effect } from "effect"
import { Session } from "../../../../core/service/session.ts"
import { available, backends, isInstalled, layer } from "../../../../plugins/sessions/tfjs/mod.ts"
import { watch } from "../../../../plugins/sessions/tfjs/webgpu.ts"

const kindOf = (backend: (typeof backends)[number] | "auto") =>
  Effect.runPromise(
    Effect.map(Session, (s) => s.kind).pipe(Effect.provide(layer({ backend }), { local: true }), Effect.result)
  )

test("available() tells of every backend whether it works, and what is missing", async () => {
  const all = await Effect.runPromise(available())
  assert.deepEqual(
    all.map((a) => a.backend),
    [...backends]
  )
  for (const a of all) assert.ok(a.reason !== "", a.backend)
  const works = new Map(all.map((a) => [a.backend, a.works]))
  assert.deepEqual([works.get("cpu"), works.get("wasm")], [true, true])
})

test("a backend whose packages are missing is refused with what to install", async () => {
  for (const backend of backends) {
    if (isInstalled(backend).works) continue
    const r = await kindOf(backend)
    assert.ok(r._tag === "Failure" && r.failure._tag === "SessionError")
    assert.equal(r.failure.doing, `start on session tfjs:${backend}`)
    assert.match(r.failure.message, /want the npm packages? @tensorflow\/.*; (npm install @tensorflow|run pgex setup)/)
  }
})

test("auto takes a backend that works, and the session says which", async () => {
  const r = await kindOf("auto")
  assert.ok(r._tag === "Success")
  assert.match(r.success, /^tfjs:(node-gpu|webgpu|node|wasm|cpu)$/)
})

/** A device that a test can lose. */
const device = () => {
  const listeners: ((event: object) => void)[] = []
  const lose = Promise.withResolvers<{ reason: string; message: string }>()
  const made = {
    lost: lose.promise,
    addEventListener: (_: string, listener: (event: object) => void) => listeners.push(listener),
    destroy: () => lose.resolve({ reason: "destroyed", message: "" }),
    queue: { onSubmittedWorkDone: () => Promise.resolve() }
  }
  return { made, lose: lose.resolve, refuse: (error: object) => listeners.forEach((l) => void l({ error })) }
}

test("watch() hears once of a device that is lost, or refuses work, and not of one that is given back", async () => {
  const heard: string[] = []
  const lost = device()
  watch({ device: lost.made }, (how) => heard.push(how))
  lost.lose({ reason: "unknown", message: "driver reset" })
  await lost.made.lost
  lost.refuse(new Error("after the end"))
  const full = device()
  watch({ device: full.made }, (how) => heard.push(how))
  full.refuse(new Error("out of memory\nat length"))
  const back = device()
  watch({ device: back.made }, (how) => heard.push(how)).destroy()
  await back.made.lost
  assert.deepEqual(heard, ["a lost one (unknown: driver reset)", "one that refused work (out of memory)"])
})
