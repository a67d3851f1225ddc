import assert from "node:assert/strict"
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { writeNpy } from "../../../plugins/io/matrix/mod.ts"
import { pgex } from "../../support/pgex.ts"

const inFolder = (use: (folder: string) => void): void => {
  const folder = mkdtempSync(join(tmpdir(), "pgex-"))
  try {
    use(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const pairs = ",a,b,c,d\na,1,0.9,0,0.1\nb,0.9,1,0,0\nc,0,0,1,0.8\nd,0.1,0,0.8,1\n"

test("pgex cluster groups a matrix from a file or standard input, in every format", () =>
  inFolder((folder) => {
    const npy = join(folder, "u.npy")
    writeFileSync(npy, writeNpy(Float64Array.of(1, 0.9, 0, 0.9, 1, 0, 0, 0, 1), [3, 3]))
    const json = JSON.parse(pgex(["cluster", npy, "--k", "2", "--json", "--matrix"]).stdout)
    assert.deepEqual(json.labels, [0, 0, 1])
    assert.deepEqual(json.groups, [[0, 1], [2]])
    assert.equal(json.k, 2)
    assert.ok(Math.abs(json.objective - 2.9) < 1e-4 && json.bound >= json.roundedObjective - 1e-9)
    for (const field of ["primalResidual", "dualResidual", "iterations", "seconds"])
      assert.equal(typeof json[field], "number")
    assert.equal(json.X.length, 3)
    const people = pgex(["cluster", "-", "--k", "2"], pairs)
    assert.match(people.stdout, /group 1: a, b\ngroup 2: c, d\n/)
    assert.equal(people.code, 0)
  }))

test("pgex cluster says on standard error and in the JSON that it made a matrix symmetric", () => {
  const { stdout, stderr, code } = pgex(["cluster", "-", "--k", "1", "--json"], "1,2\n3,4\n")
  assert.equal(code, 0)
  assert.match(stderr, /not symmetric/)
  assert.match(JSON.parse(stdout).warnings.join(), /not symmetric/)
})

/** Wrong inputs, and what the one sentence on standard error must name. */
const wrong: readonly (readonly [readonly string[], string, RegExp])[] = [
  [["cluster", "-", "--k", "5"], pairs, /k: want a whole number from 1 to 4.*got 5/],
  [["cluster", "-"], pairs, /exactly one of --k K, --lambda L and --auto, got none/],
  [["cluster", "-", "--k", "1"], "1,nan\n2,3", /U\[0\]\[1\]: want a finite number, got NaN/],
  [["cluster", "-", "--k", "1", "--kk"], pairs, /Unrecognized flag: --kk/],
  [["replay", "--env", "CartPole-v2", "--actions", "-"], "[0]", /did you mean "CartPole-v1"/],
  [["replay", "--env", "CartPole-v1", "--actions", "-"], "[0, 2]", /action 1 of CartPole-v1.*got 2/],
  [["config", "--set", "meta.iteration=3"], "", /did you mean iterations\?/],
  [["run", "quick", "--out", ""], "", /use --out: want the name of a folder, got an empty text/],
  [["config", "--set", "algorithm.id=pp0"], "", /want a learner \(ppo, /],
  [
    ["replay", "--env", "FrozenLake-v1", "--params", '{"map_name":"__proto__"}', "--actions", "-"],
    "[0]",
    /got "__proto__"/
  ],
  [
    ["replay", "--env", "CartPole-v1", "--actions", "-"],
    "[".repeat(50_000),
    /actions, or one action a line, got "\[+…" \(50000 characters\) on line 1/
  ],
  [
    ["replay", "--env", "CartPole-v1", "--params", '{"__proto__": 1}', "--actions", "-"],
    "[0]",
    /parameter "__proto__" of CartPole-v1/
  ],
  [["cluster", "-", "--k", "2"], "[".repeat(50_000), /nested more than 100 deep/],
  [["check", "first-order", "no/such/run"], "", /want a run directory, got no such folder/]
]

for (const [args, input, sentence] of wrong) {
  test(`pgex ${args.join(" ")}${input.length > 1000 ? " on a long input" : ""} fails with one sentence, code 1 and one JSON value`, () => {
    const { code, stdout, stderr } = pgex([...args, "--json"], input)
    assert.equal(code, 1)
    assert.match(stderr, sentence)
    assert.equal(stderr.trim().split("\n").length, 1, stderr)
    const { error } = JSON.parse(stdout)
    assert.ok(typeof error._tag === "string" && stderr.includes(error.message))
  })
}

test("pgex replay gives a line for the reset and one for each step", () => {
  const args = ["replay", "--env", "CartPole-v1", "--seed", "7", "--params", '{"length": 1}', "--actions", "-"]
  const lines = pgex(args, "0\n1\n0\n").stdout.trim().split("\n")
  assert.equal(lines.length, 4)
  assert.deepEqual(Object.keys(JSON.parse(lines[0]!)), ["obs"])
  assert.deepEqual(Object.keys(JSON.parse(lines[1]!)), ["obs", "reward", "terminated", "truncated"])
  assert.deepEqual(
    JSON.parse(pgex([...args, "--json"], "[0, 1, 0]").stdout),
    lines.map((l) => JSON.parse(l))
  )
})

test("a configuration printed by pgex config is one that it reads", () =>
  inFolder((folder) => {
    const file = join(folder, "mine.json")
    const first = pgex(["config", "paper", "--set", "meta.iterations=7", "--seed", "5", "--json"]).stdout
    writeFileSync(file, first)
    assert.equal(pgex(["config", file, "--json"]).stdout, first)
    assert.equal(JSON.parse(first).meta.iterations, 7)
    assert.equal(JSON.parse(first).seed, 5)
  }))

test("a run that cannot start leaves no directory behind", () =>
  inFolder((folder) => {
    const { code, stderr } = pgex(["run", "--set", "family.id=cartpole-mirored", "--out", join(folder, "r")])
    assert.equal(code, 1)
    assert.match(stderr, /did you mean "cartpole-mirrored"/)
    assert.deepEqual(readdirSync(folder), [])
  }))
