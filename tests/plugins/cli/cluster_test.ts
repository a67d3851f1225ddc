import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { command, pgex } from "../../support/pgex.ts"

const inFolder = (use: (folder: string) => void): void => {
  const folder = mkdtempSync(join(tmpdir(), "pgex-cluster-"))
  try {
    use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test("pgex cluster pairs rows with columns by name", () => {
  const { stdout, code } = pgex(
    ["cluster", "-", "--k", "2"],
    ",a,b,c,d\nd,0,0,0.9,1\nc,0,0,1,0.9\nb,0.9,1,0,0\na,1,0.9,0,0\n"
  )
  assert.match(stdout, /^group 1: a, b\ngroup 2: c, d\n/)
  assert.equal(code, 0)
})

test("pgex cluster reads decimal commas as fractions", () => {
  const { labels, names } = JSON.parse(
    pgex(["cluster", "-", "--k", "2", "--json"], "1;0,9;0,5\n0,9;1;0\n0,5;0;1\n").stdout
  )
  assert.deepEqual(labels, [0, 0, 1])
  assert.deepEqual(names, ["0", "1", "2"])
})

test("pgex cluster reads .npz from a file, by key and from standard input", () =>
  inFolder((folder) => {
    const { npz } = JSON.parse(readFileSync(new URL("../../fixtures/npy/frames.json", import.meta.url), "utf8"))
    const file = join(folder, "z.npz")
    const bytes = Buffer.from(npz["savez two"], "base64")
    writeFileSync(file, bytes)
    const without = pgex(["cluster", file, "--k", "2"])
    assert.match(without.stderr, /want one array, got 2: U, V; choose one with --key NAME/)
    assert.equal(without.code, 1)
    const chosen = JSON.parse(pgex(["cluster", file, "--k", "2", "--key", "V", "--json"]).stdout)
    assert.deepEqual(chosen.labels, [0, 0, 1])
    const [program, ...args] = command(["cluster", "-", "--k", "2", "--key", "U", "--json"])
    const piped = spawnSync(program!, args, { input: bytes, encoding: "utf8" })
    assert.deepEqual(JSON.parse(piped.stdout).labels, [0, 0, 1])
  }))

for (const [kind, entry] of [
  ["zero", 0],
  ["constant", 0.3]
] as const) {
  test(`pgex cluster announces no groups of a ${kind} matrix`, () => {
    const input = `${Array.from({ length: 4 }, () => Array(4).fill(entry).join(",")).join("\n")}\n`
    const people = pgex(["cluster", "-", "--k", "2"], input)
    assert.match(people.stdout, /no groups: these tasks do not differ: .*groups would be arbitrary/)
    assert.doesNotMatch(people.stdout, /group 1/)
    const value = JSON.parse(pgex(["cluster", "-", "--k", "2", "--json"], input).stdout)
    assert.equal(value.groups, null)
    assert.equal(value.labels, null)
    assert.match(value.indifference.message, /do not differ/)
    assert.match(pgex(["cluster", "-", "--k", "1"], input).stdout, /^group 1: 0, 1, 2, 3\n/)
  })
}

test("names of tasks reach the terminal as text, however long they are and whatever they hold", () => {
  const name = `\u001b[2J${"x".repeat(1000)}\u009b31m`
  const input = `${JSON.stringify([name, "b"]).slice(1, -1).replaceAll("\\u001b", "\u001b")}\n1,0\n0,1\n`
  const { stdout } = pgex(["cluster", "-", "--k", "2"], input)
  assert.match(stdout, /^group 1: \\u001b\[2Jx+…x+\\u009b31m\ngroup 2: b\n/)
  assert.ok(stdout.split("\n").every((line) => line.length < 80))
  const json = pgex(["cluster", "-", "--k", "2", "--json"], input).stdout
  assert.equal(JSON.parse(json).names[0], name)
  assert.doesNotMatch(json, /(?!\n)\p{Cc}/u)
})

/** What is larger than any matrix, and must be refused before it takes memory. */
test("files beyond the limit are refused by their size, devices once they have given that much", () =>
  inFolder((folder) => {
    const large = join(folder, "large.csv")
    closeSync(openSync(large, "w"))
    truncateSync(large, 200_000_000)
    const zero = join(folder, "zero.csv")
    symlinkSync("/dev/zero", zero)
    const refused = (args: readonly string[], stdin: "pipe" | number = "pipe") => {
      const [program, ...rest] = command(["cluster", ...args, "--k", "2"])
      const { status, stderr } = spawnSync(program!, rest, { stdio: [stdin, "pipe", "pipe"], encoding: "utf8" })
      assert.equal(status, 1)
      return stderr
    }
    assert.match(refused([large]), /large\.csv: want at most 67108864 bytes \(64 MiB\), got 200000000/)
    assert.match(refused([zero]), /zero\.csv: want at most 67108864 bytes \(64 MiB\), got more/)
    const device = openSync("/dev/zero", "r")
    try {
      assert.match(refused(["-"], device), /standard input: want at most 67108864 bytes/)
    } finally {
      closeSync(device)
    }
  }))
