/** Whatever happened to what a stopped run kept, it goes on to the same bytes: damage costs what the file held. */
import assert from "node:assert/strict"
import { test } from "node:test"
import { digest } from "../../../plugins/runs/store/mod.ts"
import { assertSame, configOf, goOn } from "./kills.ts"

const config = configOf("ppo")
const whole = await goOn(config)

/** The same body behind a digest that is right, as nobody but a hostile person writes it. */
const sealed = (body: Uint8Array): Uint8Array => Uint8Array.from([...new TextEncoder().encode(digest(body)), ...body])

const damages: readonly (readonly [string, (bytes: Uint8Array) => Uint8Array])[] = [
  ["cut short", (bytes) => bytes.slice(0, bytes.length / 2)],
  ["emptied", () => new Uint8Array(0)],
  ["with a bit flipped in its digest", (bytes) => bytes.with(7, bytes[7]! ^ 1)],
  ["with a bit flipped near its end", (bytes) => bytes.with(bytes.length - 1, bytes.at(-1)! ^ 64)],
  ["with a header of four gigabytes", (bytes) => sealed(Uint8Array.from([255, 255, 255, 255, ...bytes.slice(68)]))],
  ["with noise that is sealed", (bytes) => sealed(bytes.slice(64).map((b, i) => b ^ (i * 37)))]
]

/** A moment of the run at which each kept file was there, by kinds of files: those of trainings are one kind a stage. */
const kinds = new Map(
  whole.moments.flatMap(({ disk }) =>
    [...disk.keys()]
      .filter((path) => path.startsWith("kept/"))
      .map((path) => [path.replace(/\d+/, "N"), { path, disk }] as const)
  )
)

test("every stage keeps its result, and long ones what they have so far", () => {
  const long = ["kept/meta-training/checkpoint.bin", "kept/truth/N.bin", "kept/group-training/N.bin"]
  const results = ["meta-training", "surrogate", "first-order-check", "grouping", "truth", "group-training"]
  assert.deepEqual([...kinds.keys()].sort(), [...long, ...results.map((s) => `kept/${s}.bin`)].sort())
})

for (const [k, [kind, { path, disk }]] of [...kinds].entries())
  for (const [what, damage] of [damages[k % 6]!, damages[(k + 2) % 6]!])
    test(`${kind} ${what} is computed anew`, async () => {
      const bytes = disk.get(path) ?? assert.fail(path)
      const { data, disk: end } = await goOn(config, new Map(disk).set(path, damage(bytes)))
      assert.equal(data.receipts.digest, whole.data.receipts.digest)
      assertSame(end, whole.disk, path)
    })
