/** The store in a bucket, against moto's server; and one that answers 500. */
import assert from "node:assert/strict"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { after, before, test } from "node:test"
import { Effect } from "effect"
import { keptIn } from "../../../../plugins/runs/store/internal.ts"
import { contentIn } from "../../../../plugins/sweeps/content.ts"
import { rememberingFiles } from "../../../../plugins/sweeps/machines/remembering_files.ts"
import { s3Files } from "../../../../plugins/sweeps/machines/s3_files.ts"
import { type Moto, noMoto, startMoto } from "../../../support/moto.ts"

const skip = noMoto

const keys = { AWS_ACCESS_KEY_ID: "testing", AWS_SECRET_ACCESS_KEY: "s3cret/+" }
const at = (port: number) => ({ ...keys, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}/` })

let moto: Moto | undefined
before(async () => {
  if (skip === false) moto = await startMoto()
})
after(() => moto?.stop())

const opened = (address: string, attempts?: number, variables = at(moto?.port ?? 0)) =>
  Effect.runPromise(s3Files(address, variables, attempts))

test("bytes in a bucket are read back, replaced and removed, and content as it was", { skip }, async () => {
  const files = await opened("s3://runs/a b/ü")
  const bytes = new Uint8Array(300_000).map((_, i) => i % 251)
  await Effect.runPromise(files.write("kept/x=1,k=2.bin", bytes))
  assert.deepEqual(await Effect.runPromise(files.read("kept/x=1,k=2.bin")), bytes)
  await Effect.runPromise(files.write("kept/x=1,k=2.bin", bytes.subarray(7)))
  assert.deepEqual(await Effect.runPromise(files.read("kept/x=1,k=2.bin")), bytes.subarray(7))
  await Effect.runPromise(files.remove("kept/x=1,k=2.bin"))
  const gone = await Effect.runPromise(Effect.flip(files.read("kept/x=1,k=2.bin")))
  assert.match(gone.message, /s3:\/\/runs\/a b\/ü\/kept\/x=1,k=2\.bin: want an object, got none/)
  const content = contentIn(keptIn(files, "any"))
  const value = { start: new Float64Array(500).fill(0.25), key: [1, 2, "three"] }
  const name = await Effect.runPromise(content.put(value))
  const elsewhere = contentIn(keptIn(await opened("s3://runs/a b/ü"), "any"))
  assert.deepEqual(await Effect.runPromise(elsewhere.get(name)), value)
})

test("a bucket that is not there is told, and is no missing object", { skip }, async () => {
  const files = await opened("s3://none-such/x")
  const error = await Effect.runPromise(Effect.flip(files.read("a")))
  assert.equal(error.reason, "not-readable")
  assert.match(
    error.message,
    /s3:\/\/none-such\/x\/a: want access to it, got 404 NoSuchBucket; see that the bucket exists/
  )
})

/** A store that answers 500 to the first `times` requests. */
const failing = async (times: number) => {
  let asked = 0
  const ours = createServer((_, answer) => {
    answer.statusCode = asked++ < times ? 500 : 200
    answer.end("<Error><Code>InternalError</Code></Error>")
  })
  await new Promise<void>((done) => ours.listen(0, "127.0.0.1", done))
  after(() => ours.close())
  return { port: (ours.address() as AddressInfo).port, asked: () => asked }
}

test("a store that answers 500 is asked again; where it goes on so, that is told, without the keys", async () => {
  const passing = await failing(2)
  await Effect.runPromise((await opened("s3://runs", 3, at(passing.port))).write("a", new Uint8Array(3)))
  assert.equal(passing.asked(), 3)
  const lasting = await failing(99)
  const files = await opened("s3://runs", 3, at(lasting.port))
  const error = await Effect.runPromise(Effect.flip(files.write("a", new Uint8Array(3))))
  assert.equal(lasting.asked(), 3)
  assert.equal(error.reason, "not-writable")
  const sentence =
    /s3:\/\/runs\/a: want an answer of the store, got 500 InternalError, 3 times; see that the store runs/
  assert.match(error.message, sentence)
  assert.ok(!error.message.includes("s3cret"))
})

for (const [what, address, variables, sentence] of [
  ["without keys", "s3://runs", {}, /want AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, got none; set both/],
  ["with half of them", "s3://runs", { AWS_ACCESS_KEY_ID: "a" }, /, got one of them; set both/],
  ["with no bucket", "s3:///x", keys, /want s3:\/\/BUCKET\/PREFIX, got s3:\/\/\/x/],
  ["that leads out of its prefix", "s3://runs/../other", keys, /want s3:\/\/BUCKET\/PREFIX, got /]
] as const)
  test(`a store ${what} is refused`, async () => {
    const error = await Effect.runPromise(Effect.flip(s3Files(address, variables)))
    assert.match(error.message, sentence)
  })

test("content is read once, results each time, and the oldest goes where room is short", async () => {
  const asked: string[] = []
  const none = () => Effect.void
  const read = (path: string) =>
    Effect.as(
      Effect.sync(() => asked.push(path)),
      new Uint8Array(100)
    )
  const files = rememberingFiles({ write: none, remove: none, read }, 400)
  const ask = (path: string) => Effect.runPromise(files.read(path))
  for (const path of ["content/a", "content/a", "results/r", "results/r"]) await ask(path)
  assert.deepEqual(asked, ["content/a", "results/r", "results/r"])
  for (const name of ["b", "c", "d", "e"]) await ask(`content/${name}`)
  asked.length = 0
  await ask("content/e")
  await ask("content/a")
  assert.deepEqual(asked, ["content/a"])
})
