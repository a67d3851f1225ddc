import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import * as Either from "fp-ts/lib/Either.js"
import { zeroKey } from "../../../core/random/mod.ts"
import { isEndless, limitOf, MOST_STEPS, NO_LIMIT } from "../../../envs/env.ts"
import { gridWorld } from "../../../envs/grid_world/grid_world.ts"
import { taskBatch } from "../../../envs/task_batch.ts"
import { makeRows } from "../../../envs/vector.ts"
import { makePrints, SECONDS_APART, SHOWN } from "../../../plugins/gymnasium/prints.ts"
import { pgex } from "../../support/pgex.ts"
import { signalled } from "../io/ending/support.ts"
import { bridge, ends, lives, python, right, skip } from "./support.ts"

const options = { skip }
const here = fileURLToPath(new URL(".", import.meta.url))
const variables = { PGEX_PYTHON: python ?? "", PYTHONPATH: here, PYTHONDONTWRITEBYTECODE: "1" }

const inFolder = async (use: (folder: string) => void | Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), "pgex-"))
  try {
    await use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** In the middle of a step: one that runs Python, and one that keeps the interpreter to itself. */
for (const id of ["oddities:odd/Manners-v0?manner=spins", "manners:life/Holds-v0"])
  test(`a process ends with its parent that is killed, in a step of ${id}`, options, async () => {
    const script = fileURLToPath(new URL("./parent.ts", import.meta.url))
    const prefix = process.versions.deno === undefined ? [script] : ["run", "-A", "--no-check", script]
    const parent = spawn(process.execPath, [...prefix, `gymnasium:${id}`], { stdio: ["ignore", "pipe", "inherit"] })
    const pid = await new Promise<number>((resolve) => {
      parent.stdout?.once("data", (d) => resolve(Number(String(d))))
      parent.once("exit", () => resolve(0))
    })
    assert.ok(lives(pid))
    await new Promise((resolve) => setTimeout(resolve, 100))
    parent.kill("SIGKILL")
    assert.ok(await ends(pid))
  })

test("environments are closed where a source is, those in a batch and those that are kept for the next", { skip }, () =>
  inFolder((folder) => {
    const note = join(folder, "note")
    const source = bridge()
    const closes = right(source.environment(`gymnasium:manners:life/Closes-v0?note=${note}`))
    right(taskBatch(closes, [{ id: "a", params: {} }], 3, zeroKey))
    source.close()
    assert.equal(readFileSync(note, "utf8"), "closed\n".repeat(3))
  })
)

test(
  "environments are closed where a command ends, and where a signal ends it in the middle of slow steps",
  options,
  () =>
    inFolder(async (folder) => {
      const note = join(folder, "note")
      const many = JSON.stringify(Array(600).fill(0))
      const replay = (name: string, params: object) => [
        ...["replay", "--env", `gymnasium:manners:life/${name}-v0?note=${note}`, "--actions", "-", "--json"],
        ...["--params", JSON.stringify(params)]
      ]
      assert.equal(pgex(replay("Closes", {}), "[0, 1]", variables).code, 0)
      assert.match(readFileSync(note, "utf8"), /^(closed\n)+$/)
      writeFileSync(note, "")
      const { code, stdout } = await signalled(replay("Slow", { armed: true }), "SIGINT", {
        input: many,
        variables,
        after: /a slow step/,
        wait: 100
      })
      assert.deepEqual([code, JSON.parse(stdout).error._tag], [130, "Interrupted"])
      assert.match(readFileSync(note, "utf8"), /^(closed\n)+$/)
    })
)

test("what an environment prints is shown by the line, so many of them, and counted from there on", options, () => {
  const args = ["replay", "--env", "gymnasium:manners:life/Prints-v0", "--actions", "-"]
  const { code, stdout, stderr } = pgex(args, JSON.stringify(Array(10).fill(0)), variables)
  assert.equal(code, 0)
  assert.equal(stdout.trim().split("\n").length, 11)
  const lines = stderr.trimEnd().split("\n")
  assert.equal(lines.length, SHOWN + 1)
  for (const line of lines.slice(0, SHOWN)) assert.match(line, /^gymnasium: (word )+/)
  assert.match(lines[SHOWN]!, /^gymnasium: … \d+ more lines, the last: word word/)
})

test("makePrints() remembers little of much, and tells every so many seconds how much there was", () => {
  const shown: string[] = []
  let seconds = 0
  const prints = makePrints(
    (line) => shown.push(line),
    () => 1000 * seconds
  )
  const bytes = new TextEncoder().encode("a line\n".repeat(1000))
  for (; seconds < 3 * SECONDS_APART; seconds++) {
    prints.take(bytes)
    prints.show()
  }
  prints.take(new TextEncoder().encode("the end\u001b[31m"))
  prints.end()
  const counts = shown.slice(SHOWN).map((line) => Number(/^… ([\d,]+) more lines/.exec(line)?.[1]?.replace(",", "")))
  assert.equal(
    counts.reduce((a, b) => a + b, SHOWN),
    3 * SECONDS_APART * 1000 + 1
  )
  assert.ok(counts.length <= 4 && shown.length <= SHOWN + 4)
  assert.match(shown.at(-1) ?? "", /the last: the end\\u001b\[31m$/)
  assert.equal(prints.words().split("\n").length, 8)
})

test("an id without a time limit is truncated after so many steps, or where its id says", { skip }, () => {
  const source = bridge()
  for (const [query, limit] of [
    ["", MOST_STEPS],
    ["?max_episode_steps=7", 7]
  ] as const) {
    const never = right(source.environment(`gymnasium:manners:life/Never-v0${query}`))
    assert.equal(isEndless(never), query === "")
    const batch = right(taskBatch(never, [{ id: "a", params: {} }], 1, zeroKey))
    const rows = makeRows(1, 2)
    batch.reset(rows.observation)
    const action = Float64Array.of(1)
    for (let step = 1; step <= limit; step++) {
      batch.step(action, rows)
      assert.equal(rows.truncated[0], step === limit ? 1 : 0)
    }
    batch.remote?.close()
  }
  source.close()
})

test("an environment of TypeScript with an endless limit is truncated after so many steps", () => {
  const endless = { ...gridWorld, maxEpisodeSteps: NO_LIMIT }
  const dynamics = right(endless.make({}))
  assert.equal(limitOf(endless, dynamics), MOST_STEPS)
  assert.equal(limitOf({ maxEpisodeSteps: 27_000 }, dynamics), 27_000)
  const never = { ...dynamics, step: () => {} }
  const batch = right(taskBatch({ ...endless, make: () => Either.right(never) }, [{ id: "a", params: {} }], 1, zeroKey))
  const rows = makeRows(1, batch.observationSize)
  batch.reset(rows.observation)
  const action = new Float64Array(batch.actionSize)
  for (let step = 1; step <= MOST_STEPS; step++) {
    batch.step(action, rows)
    assert.equal(rows.truncated[0], step === MOST_STEPS ? 1 : 0)
  }
})
