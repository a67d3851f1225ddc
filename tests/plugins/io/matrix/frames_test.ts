/** One matrix as pandas and NumPy write it, in every form that they have: versions stand in the file. */
import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import * as E from "fp-ts/lib/Either.js"
import { type NamedMatrix, parseMatrix, toRows } from "../../../../plugins/io/matrix/mod.ts"

interface Frames {
  readonly text: Readonly<Record<string, string>>
  readonly npz: Readonly<Record<string, string>>
}

const frames: Frames = JSON.parse(readFileSync(new URL("../../../fixtures/npy/frames.json", import.meta.url), "utf8"))
const right = <A>(e: E.Either<Error, A>): A => (E.isRight(e) ? e.right : assert.fail(e.left.message))
const complaint = (e: E.Either<Error, unknown>): string => (E.isLeft(e) ? e.left.message : assert.fail("no error"))
const bytes = (text: string) => new TextEncoder().encode(text)
const read = (text: string): NamedMatrix => right(parseMatrix(bytes(text), "-"))

const U = [
  [1, 0.9, 0.5],
  [0.9, 1, 0],
  [0.5, 0, 1]
]

/** Entry of two names, however the tasks are ordered. */
const byName = (m: NamedMatrix, names: readonly string[]): number[][] => {
  const at = names.map((name) => m.names?.indexOf(name) ?? -1)
  return at.map((i) => at.map((j) => toRows(m)[i]?.[j] ?? Number.NaN))
}

/** What the tasks are called in a frame. */
const namesOf = (frame: string): readonly string[] => {
  if (frame.startsWith("plain")) return ["0", "1", "2"]
  return frame.startsWith("ids") ? ["30", "10", "20"] : ["a", "b", "c"]
}

/** Forms that keep no names at all, and those that lose which row is which. */
const nameless = / values$|^.* csv neither$|^plain csv index=False$|^cols csv header=False$|^plain csv header=False$/
const lossy = /^shuffled (records|csv index=False|csv header=False|values|csv neither)$/

for (const [form, text] of Object.entries(frames.text)) {
  if (lossy.test(form)) continue
  test(`a matrix is read as pandas writes it: ${form}`, () => {
    const m = read(text)
    if (nameless.test(form)) assert.deepEqual(toRows(m), U)
    else assert.deepEqual(byName(m, namesOf(form)), U)
  })
}

test("numbers that are column names are the names: pandas, index=False", () =>
  assert.deepEqual(read(frames.text["ids csv index=False"]!).names, ["30", "10", "20"]))

for (const [form, base64] of Object.entries(frames.npz)) {
  test(`an array is read from what NumPy archives: ${form}`, () => {
    const archive = new Uint8Array(Buffer.from(base64, "base64"))
    const single = right(parseMatrix(archive, "-", form === "savez two" ? "V" : undefined))
    const scale = form === "savez two" ? 2 : 1
    const rounded = toRows(single).map((row) => row.map((x) => Number((x / scale).toFixed(6))))
    assert.deepEqual(rounded, U)
  })
}

test("an archive of several arrays wants the name of one, and lists them", () => {
  const archive = new Uint8Array(Buffer.from(frames.npz["savez two"]!, "base64"))
  assert.match(complaint(parseMatrix(archive, "z.npz")), /want one array, got 2: U, V; choose one with --key NAME/)
  assert.match(complaint(parseMatrix(archive, "z.npz", "W")), /want an array called "W", got U, V/)
})

test("a damaged archive is refused by what is wrong with it", () => {
  const archive = new Uint8Array(Buffer.from(frames.npz["savez one"]!, "base64"))
  const flipped = archive.slice()
  flipped[200] = (flipped[200] ?? 0) ^ 1
  assert.match(complaint(parseMatrix(flipped, "z.npz")), /a whole U\.npy, got another check sum/)
  assert.match(
    complaint(parseMatrix(archive.subarray(0, -30), "z.npz")),
    /a whole zip file of arrays, got a damaged one/
  )
})
