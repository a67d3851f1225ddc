/** One seed, one digest: the whole job leaves the same bytes on both runtimes, on one worker and on two. */
import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../", import.meta.url))

/** A job of two seconds, of which every stage computes something. */
const settings = [
  "family.id=lq-planted",
  "family.n=4",
  "network.layers=2",
  "network.width=16",
  "algorithm.ppo.batch=160",
  "meta.iterations=2",
  "meta.stepsPerTask=160",
  "surrogate.transitionsPerTask=512",
  "surrogate.dimension=40",
  "firstOrder.directions=2",
  "truth.subsets=4",
  "truth.iterations=1",
  "truth.stepsPerTask=160",
  "groupTraining.iterations=1",
  "groupTraining.seeds=1",
  "evaluation.episodes=8",
  "session=wasm"
].flatMap((s) => ["--set", s])

/** The program of a runtime: the one that runs this test, or the one that is installed beside it. */
const program = (name: "bun" | "deno"): string | undefined => {
  const current = process.versions.deno === undefined ? "bun" : "deno"
  const path = current === name ? process.execPath : join(root, "node_modules", ".bin", name)
  return existsSync(path) ? path : undefined
}

const programs = { bun: program("bun"), deno: program("deno") }
const missing = Object.entries(programs).flatMap(([name, path]) => (path === undefined ? [name] : []))

/** What `pgex run` prints as JSON, in a run directory of its own. */
const run = async (command: string, args: readonly string[], more: readonly string[]) => {
  const folder = mkdtempSync(join(tmpdir(), "pgex-"))
  try {
    const all = [...args, join(root, "cli.ts"), "run", "quick", "--seed", "7", ...settings, ...more]
    const child = spawn(command, [...all, "--quiet", "--json", "--out", join(folder, "run")], { cwd: root })
    const [out, errors]: [Buffer[], Buffer[]] = [[], []]
    child.stdout.on("data", (d: Buffer) => out.push(d))
    child.stderr.on("data", (d: Buffer) => errors.push(d))
    const code = await new Promise((done) => child.on("close", done))
    assert.equal(code, 0, Buffer.concat(errors).toString())
    const { receipts } = JSON.parse(Buffer.concat(out).toString())
    return { digest: String(receipts.digest), artefacts: receipts.artefacts, session: receipts.session }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

for (const [name, family] of [
  ["a Gaussian policy", []],
  ["a categorical policy", ["--set", "family.id=cartpole-length"]]
] as const) {
  const skip = missing.length === 0 ? false : `there is no ${missing.join(" and no ")}`
  test(`pgex run leaves the same artefacts under Bun and Deno: ${name}`, { skip }, async () => {
    const [bun, deno] = await Promise.all([
      run(programs.bun ?? "", [], [...family, "--set", "workers=1"]),
      run(programs.deno ?? "", ["run", "-A", "--no-check"], [...family, "--set", "workers=2"])
    ])
    assert.deepEqual(deno.artefacts, bun.artefacts)
    assert.equal(deno.digest, bun.digest)
    assert.match(bun.digest, /^[0-9a-f]{64}$/)
    assert.equal(bun.session, "wasm")
  })
}
