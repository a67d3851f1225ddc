/** The real command on run directories that something happened to. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { config } from "../../pipeline/job/on_disk.ts"
import { pgex } from "../../support/pgex.ts"

const folder = mkdtempSync(join(tmpdir(), "pgex-"))
after(() => rmSync(folder, { recursive: true, force: true }))

const file = join(folder, "tiny.json")
writeFileSync(file, JSON.stringify({ ...config, preset: "quick" }))

const whole = join(folder, "whole")
const { code, stderr } = pgex(["run", file, "--out", whole, "--quiet"])
assert.equal(code, 0, stderr)

const copy = (name: string): string => {
  const path = join(folder, name)
  cpSync(whole, path, { recursive: true })
  return path
}

for (const flags of [[], ["--resume"], ["--force"]])
  test(`where a run was killed before it had begun, pgex run begins one ${flags.join(" ") || "as if nothing was there"}`, () => {
    const path = join(folder, `begun${flags.join("")}`)
    mkdirSync(path)
    for (const name of ["run.lock", "run.lock-journal"]) writeFileSync(join(path, name), "")
    const own = pgex(["run", "--resume", "--out", path])
    assert.match(
      own.stderr,
      /want a run directory, got one in which no run has begun; pgex run PRESET --out \S+ begins one/
    )
    const { code, stdout, stderr } = pgex(["run", file, "--out", path, "--quiet", "--json", ...flags])
    assert.equal(code, 0, stderr)
    assert.deepEqual(
      readdirSync(path, { recursive: true, encoding: "utf8" }).sort(),
      readdirSync(whole, { recursive: true, encoding: "utf8" }).sort()
    )
    const { digest } = JSON.parse(readFileSync(join(whole, "summary.json"), "utf8")).receipts
    assert.equal(JSON.parse(stdout).receipts.digest, digest)
  })

test("--resume with --force is refused, whatever is there, and what is there stays", () => {
  const path = copy("both")
  const { code, stdout, stderr } = pgex(["run", "--resume", "--force", "--out", path])
  assert.deepEqual([code, stdout], [1, ""])
  assert.match(stderr, /Cannot use --force: want no --resume with it, got both; --resume goes on/)
  const left = (of: string): readonly string[] => readdirSync(of, { recursive: true, encoding: "utf8" }).sort()
  assert.deepEqual(left(path), left(whole))
})

test("a finished run whose log was cut is told so when it is resumed, and nothing is computed", () => {
  const path = copy("cut")
  truncateSync(join(path, "events.jsonl"), 500)
  const { code, stdout, stderr } = pgex(["run", "--resume", "--out", path])
  assert.equal(code, 0, stderr)
  assert.match(stdout, /finished before/)
  assert.match(
    stderr,
    /^pgex: events\.jsonl is not what the run left: it has \d+ rows, of \d+; --force runs it anew\n$/
  )
})

test("readers of a run whose artefacts.json is damaged are told what makes it again, and that does", () => {
  const path = copy("manifest")
  const manifest = readFileSync(join(path, "artefacts.json"), "utf8")
  writeFileSync(join(path, "artefacts.json"), "[{")
  const refused = pgex(["evaluate", path, "--episodes", "2"])
  assert.equal(refused.code, 1)
  assert.match(
    refused.stderr,
    /artefacts\.json: want a list of artefacts, got .*; pgex run --resume --out \S+ makes it again/
  )
  assert.doesNotMatch(refused.stderr, /choose another/)
  const resumed = pgex(["run", "--resume", "--out", path])
  assert.equal(resumed.code, 0, resumed.stderr)
  assert.match(resumed.stdout, /finished before/)
  assert.match(resumed.stderr, /^pgex: artefacts\.json was damaged: it was made again from the artefacts \(\d+\)\n$/)
  assert.equal(readFileSync(join(path, "artefacts.json"), "utf8"), manifest)
  assert.equal(pgex(["evaluate", path, "--episodes", "2"]).code, 0)
})

test("a run of which an artefact is gone says what makes it again, and that does", () => {
  const path = copy("artefact")
  const policies = join(path, "group-training")
  const name = readdirSync(policies).find((n) => n.endsWith(".safetensors")) ?? assert.fail("no policy")
  rmSync(join(policies, name))
  const refused = pgex(["export", path, "--group", "1", "--onnx", join(folder, "none.onnx")])
  assert.equal(refused.code, 1)
  assert.match(
    refused.stderr,
    /got nothing there; it was changed after the run: pgex run --resume --out \S+ makes it again/
  )
  assert.equal(pgex(["run", "--resume", "--out", path, "--quiet"]).code, 0)
  assert.equal(pgex(["export", path, "--group", "1", "--onnx", join(folder, "none.onnx")]).code, 0)
})

/** A file system of 64 kilobytes, where this user may mount one. */
const smallDisk = (use: (disk: string) => void): boolean => {
  const disk = mkdtempSync(join(folder, "disk-"))
  if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "none", disk]).status !== 0) return false
  try {
    use(disk)
  } finally {
    spawnSync("umount", [disk])
  }
  return true
}

const canMount = smallDisk(() => {})
test("pgex export to a full disk keeps the earlier file, and leaves none unfinished", {
  skip: !canMount && "no mounts here"
}, () => {
  smallDisk((disk) => {
    const onnx = join(disk, "p.onnx")
    writeFileSync(onnx, "the earlier one")
    writeFileSync(join(disk, "filler"), new Uint8Array(60 * 1024))
    const { code, stderr } = pgex(["export", whole, "--group", "1", "--onnx", onnx])
    assert.equal(code, 1)
    assert.match(stderr, /^pgex: Cannot write \S+p\.onnx: want a file that can be written, got a full disk\n$/)
    assert.equal(readFileSync(onnx, "utf8"), "the earlier one")
    assert.deepEqual(readdirSync(disk).sort(), ["filler", "p.onnx"])
    rmSync(join(disk, "filler"))
    assert.equal(pgex(["export", whole, "--group", "1", "--onnx", onnx]).code, 0)
    assert.ok(readFileSync(onnx).length > 1000)
  })
})

test("pgex export to /dev/full fails, and /dev/full stays what it is", () => {
  const { code, stderr } = pgex(["export", whole, "--group", "1", "--onnx", "/dev/full"])
  assert.equal(code, 1)
  assert.match(stderr, /Cannot write \/dev\/full: .*got a full disk/)
})
