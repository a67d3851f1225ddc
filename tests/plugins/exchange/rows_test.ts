/** Transitions in the files of NumPy, pyarrow, safetensors, pandas and Minari. */
import assert from "node:assert/strict"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { test } from "node:test"
import { Effect, Stream } from "effect"
import type { RowSource } from "../../../pipeline/mod.ts"
import { openRows } from "../../../plugins/exchange/mod.ts"
import { writeNpy } from "../../../plugins/io/matrix/mod.ts"
import { fixture } from "../../pipeline/stages/support.ts"
import { bytesOf } from "./support.ts"

interface Rows {
  readonly rows: {
    readonly observation: readonly (readonly number[])[]
    readonly action: readonly number[]
    readonly task: readonly string[]
    readonly advantage: readonly number[]
  }
  readonly half: readonly (readonly number[])[]
  readonly files: Readonly<Record<string, string>>
  readonly minari: {
    readonly file: string
    readonly steps: readonly (readonly [
      observation: readonly number[],
      action: number,
      reward: number,
      terminated: boolean,
      truncated: boolean,
      next: readonly number[]
    ])[]
  }
}

const reference = fixture<Rows>("policies/rows")

const inFolder = async (use: (folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "pgex-rows-"))
  try {
    await use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const write = (folder: string, name: string, bytes: Uint8Array): string => {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
  return path
}

const opened = (paths: readonly string[], taskFrom?: string): Promise<RowSource> =>
  Effect.runPromise(openRows(paths, taskFrom))

/** All of a source, as lists by column. */
const all = async (source: RowSource): Promise<Record<string, readonly (number | string)[]>> => {
  const names = source.columns.map((c) => c.name)
  const found: Record<string, (number | string)[]> = Object.fromEntries(names.map((name) => [name, []]))
  await Effect.runPromise(
    Stream.runForEach(source.read(names), ({ numbers, texts }) =>
      Effect.sync(() => {
        for (const [name, values] of Object.entries(numbers)) for (const v of values) found[name]!.push(v)
        for (const [name, values] of Object.entries(texts)) found[name]!.push(...values)
      })
    )
  )
  return found
}

for (const [file, base64] of Object.entries(reference.files)) {
  test(`${file}: the rows are those that were written`, () =>
    inFolder(async (folder) => {
      const found = await all(await opened([write(folder, file, bytesOf(base64))]))
      const { observation, action, task, advantage } = reference.rows
      const want = file === "half.npz" ? reference.half : observation
      assert.deepEqual(found.observation ?? found.obs, want.flat())
      assert.deepEqual(found.action, action)
      assert.deepEqual(found.advantage, advantage)
      assert.deepEqual(found.task, file === "rows.safetensors" ? task.map((_, i) => i % 3) : task)
    }))
}

test("a folder of .npy files is a column a file", () =>
  inFolder(async (folder) => {
    write(folder, "set/observation.npy", writeNpy(Float32Array.of(1, 2, 3, 4), [2, 2]))
    write(folder, "set/action.npy", writeNpy(Int32Array.of(1, 0), [2]))
    const source = await opened([join(folder, "set")])
    assert.deepEqual(source.columns, [
      { name: "action", width: 1 },
      { name: "observation", width: 2 }
    ])
    assert.deepEqual(await all(source), { action: [1, 0], observation: [1, 2, 3, 4] })
  }))

test("a Minari dataset gives its steps, what they led to, and an environment for each episode", () =>
  inFolder(async (folder) => {
    write(folder, "two-v0/data/main_data.hdf5", bytesOf(reference.minari.file))
    const { steps } = reference.minari
    const found = await all(await opened([join(folder, "two-v0")], "infos/goal"))
    assert.deepEqual(
      found.observation,
      steps.flatMap(([o]) => o)
    )
    assert.deepEqual(
      found.nextObservation,
      steps.flatMap(([, , , , , o]) => o)
    )
    assert.deepEqual(
      found.action,
      steps.map(([, a]) => a)
    )
    assert.deepEqual(
      found.reward,
      steps.map(([, , r]) => r)
    )
    assert.deepEqual(
      found.terminated,
      steps.map(([, , , t]) => Number(t))
    )
    assert.equal(new Set(found.environment).size, 4)
    assert.deepEqual(new Set(found.task), new Set(["2"]))
  }))

test("several files without a column task are a task each, by their names; --task-from names another column", () =>
  inFolder(async (folder) => {
    const one = (name: string, values: readonly number[]) => {
      write(folder, `${name}/x.npy`, writeNpy(Float64Array.from(values), [values.length]))
      write(
        folder,
        `${name}/goal.npy`,
        writeNpy(
          Int32Array.from(values, (v) => v % 2),
          [values.length]
        )
      )
      return join(folder, name)
    }
    const paths = [one("short", [1, 2]), one("long", [3])]
    assert.deepEqual(await all(await opened(paths)), {
      goal: [1, 0, 1],
      x: [1, 2, 3],
      task: ["short", "short", "long"]
    })
    assert.deepEqual(await all(await opened(paths, "goal")), { task: [1, 0, 1], x: [1, 2, 3] })
  }))

test("a file that is cut short, or no table at all, is refused by name", () =>
  inFolder(async (folder) => {
    const refused = (name: string, bytes: Uint8Array) =>
      opened([write(folder, name, bytes)])
        .then(all)
        .then(
          () => "read",
          (e: unknown) => (e instanceof Error ? e.message : String(e))
        )
    const cut = (name: string) => bytesOf(reference.files[name] ?? "").subarray(0, 700)
    assert.match(await refused("cut.npz", cut("plain.npz")), /want a whole zip file of arrays, got a damaged one/)
    assert.match(await refused("cut.parquet", cut("lists.parquet")), /want a whole Parquet file, got/)
    assert.match(await refused("cut.safetensors", cut("rows.safetensors")), /want \d+ bytes for/)
    assert.match(await refused("none.hdf5", new TextEncoder().encode("hello")), /want an HDF5 file, got/)
    assert.match(
      await refused("odd.csv", new TextEncoder().encode("x,y\n1,2\n3,four\n")),
      /want a number for y on line 3, got "four"/
    )
    assert.match(
      await refused("short.csv", new TextEncoder().encode("x,y\n1,2\n3\n")),
      /want a number for y on line 3, got 1 cells/
    )
  }))
