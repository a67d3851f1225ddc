import assert from "node:assert/strict"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { key, stream, uniform } from "../../../../core/random/mod.ts"
import { inFolder, moduleText } from "../../loading/support.ts"
import { type Ended, signalled } from "./support.ts"

/** Grouping so many tasks takes most of a minute, all of it in one piece. */
const tasks = 1000

const numbers = (): string => {
  const from = key(1)
  if (from._tag === "Left") return ""
  const source = stream(from.right)
  const row = () => Array.from({ length: tasks }, () => uniform(source, 0, 1).toFixed(6)).join(",")
  return Array.from({ length: tasks }, row).join("\n")
}

const endedBy = (ended: Ended, number: number): void => {
  assert.deepEqual([ended.code, ended.signal], [128 + number, null], ended.stderr)
  assert.equal(JSON.parse(ended.stdout).error._tag, "Interrupted")
}

for (const [signal, number] of [
  ["SIGINT", 2],
  ["SIGTERM", 15],
  ["SIGHUP", 1]
] as const)
  test(`${signal} ends pgex in the middle of a computation, with code ${128 + number} and one JSON value`, async () =>
    endedBy(await signalled(["cluster", "-", "--k", "10", "--json"], signal, { input: numbers() }), number))

test("the launcher passes an interruption on, and its code back", async () => {
  const launcher = fileURLToPath(new URL("../../../../bin/pgex.js", import.meta.url))
  const how = { input: numbers(), program: ["node", launcher] }
  endedBy(await signalled(["cluster", "-", "--k", "10", "--json"], "SIGINT", how), 2)
})

test("an interruption ends a plugin's step that loops for ever", () =>
  inFolder(
    {
      "loop.ts": moduleText("loop", "Loop-v0", 'console.error("looping"); for (;;) state[at] += 1')
    },
    async (folder) => {
      const args = ["replay", "--env", "Loop-v0", "--plugin", join(folder, "loop.ts"), "--actions", "-", "--json"]
      endedBy(await signalled(args, "SIGINT", { input: "[0]", after: /looping/, wait: 100 }), 2)
    }
  ))
