import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { tiny } from "../../../pipeline/job/support.ts"
import { command } from "../../../support/pgex.ts"
import { compiling, files, inPlace, type Place } from "./setting.ts"

/** Starts a program whose cache of compiled plans is below a file. */
const start = (place: Place, [file, ...args]: readonly string[]): ChildProcess => {
  const blocked = join(place.folder, "file")
  writeFileSync(blocked, "")
  const env = { ...process.env, ...place.environment, PGEX_CACHE: blocked }
  return spawn(file!, args, { env, stdio: "ignore" })
}

/** A run on two worker threads, longer than any test. */
const begin = (place: Place, name: string): ChildProcess => {
  const config = join(place.folder, "config.json")
  const meta = { ...tiny.meta, iterations: 1_000_000 }
  writeFileSync(config, JSON.stringify({ ...tiny, preset: "quick", session: "native", workers: 2, meta }))
  return start(place, command(["run", config, "--out", join(place.folder, name)]))
}

/** Compiles one plan, and ends. */
const one = [process.execPath, fileURLToPath(new URL("./child.ts", import.meta.url))]

const endOf = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.on("close", (code) => resolve(code)))

/** What is left of us, in a folder where the runtime may keep its own. */
const ours = ({ temporary }: Place): readonly string[] => files(temporary).filter((name) => name.startsWith("pgex-"))

/** Waits until it trains: then it has compiled, and goes on to. */
const training = async (place: Place, name: string): Promise<void> => {
  while (!existsSync(join(place.folder, name, "events.jsonl"))) await new Promise((wake) => setTimeout(wake, 20))
}

test("a run that cannot use its cache has one temporary folder, and none once it is interrupted", compiling, () =>
  inPlace(async (place) => {
    const child = begin(place, "cut")
    await training(place, "cut")
    const there = ours(place)
    assert.equal(there.length, 1)
    assert.match(there[0]!, new RegExp(`^pgex-native-${child.pid}-[0-9a-f]{8}$`))
    child.kill("SIGTERM")
    assert.equal(await endOf(child), 143)
    assert.deepEqual(ours(place), [])
  })
)

test(
  "the temporary folder of a killed run goes when the next process compiles, whose own goes too; others stay",
  compiling,
  () =>
    inPlace(async (place) => {
      const child = begin(place, "killed")
      await training(place, "killed")
      child.kill("SIGKILL")
      await endOf(child)
      const [left, ...more] = ours(place)
      assert.deepEqual(more, [])
      // Of a process that lives, of one elsewhere whose numbers are not ours, and somebody's file.
      const own = left!.replace(String(child.pid), String(process.pid))
      const elsewhere = left!.replace(/[0-9a-f]{8}$/, (digits) => digits.replace(/./g, (d) => (d === "0" ? "1" : "0")))
      for (const name of [own, elsewhere]) mkdirSync(join(place.temporary, name), { mode: 0o700 })
      writeFileSync(join(place.temporary, "pgex-native-mine"), "")
      assert.equal(await endOf(start(place, one)), 0)
      assert.deepEqual(ours(place), [elsewhere, own, "pgex-native-mine"].toSorted())
    })
)
