import assert from "node:assert/strict"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import * as E from "fp-ts/lib/Either.js"
import { pngOf } from "../../../plugins/io/png.ts"
import { halfCheetah } from "../../../plugins/mujoco/mod.ts"
import { pgex } from "../../support/pgex.ts"
import { without } from "../mujoco/support.ts"

const folder = mkdtempSync(join(tmpdir(), "pgex-picture-"))
after(() => rmSync(folder, { recursive: true }))

const drawn = (env: string, name: string, actions: unknown, more: readonly string[] = []) => {
  const path = join(folder, name)
  const args = ["replay", "--env", env, "--actions", "-", "--json", "--picture", path, ...more]
  return { path, ...pgex(args, JSON.stringify(actions)) }
}

test("pgex replay --picture writes the last state of any environment that draws, beside the same lines", () => {
  const { path, code, stdout, stderr } = drawn("CartPole-v1", "cart.svg", [0, 1, 1])
  assert.equal(code, 0, stderr)
  assert.match(readFileSync(path, "utf8"), /^<svg .*cart-pole.*<\/svg>$/)
  assert.equal(JSON.parse(stdout).length, 4)
})

test("what cannot be drawn so is refused, by name and with what to do, and no file is left", () => {
  const ending = drawn("CartPole-v1", "cart.gif", [0])
  assert.equal(ending.code, 1)
  assert.match(ending.stderr, /want a name that ends in \.png or \.svg \(the last state\), or in \.apng/)
  const pixels = drawn("CartPole-v1", "cart.png", [0])
  assert.equal(pixels.code, 1)
  assert.match(
    pixels.stderr,
    /want an environment that is drawn as pixels.*got CartPole-v1; try a name that ends in \.svg/
  )
  const nowhere = drawn("CartPole-v1", "none/cart.svg", [0])
  assert.equal(nowhere.code, 1)
  assert.match(nowhere.stderr, /no such file or folder/)
  for (const { path } of [ending, pixels, nowhere]) assert.ok(!existsSync(path))
  assert.ok(readdirSync(folder).every((name) => !name.endsWith(".tmp")))
})

const actions = Array.from({ length: 4 }, () => [1, 1, 1, -1, -1, -1])

test("a robot's episode is a film with a frame a step", { skip: without("3.14.0") }, () => {
  const film = drawn("HalfCheetah-v5", "run.apng", actions)
  assert.equal(film.code, 0, film.stderr)
  const bytes = readFileSync(film.path)
  const count = (type: string): number => bytes.toString("latin1").split(type).length - 1
  assert.deepEqual([count("acTL"), count("fcTL"), bytes.readUInt32BE(bytes.indexOf("acTL") + 4)], [1, 5, 5])
})

test("the last state of it is a PNG, which its recorded state gives again", { skip: without("3.14.0") }, () => {
  const states = join(folder, "states.npy")
  const still = drawn("HalfCheetah-v5", "run.png", actions, ["--states", states])
  assert.equal(still.code, 0, still.stderr)
  const bytes = readFileSync(states)
  const from = 10 + bytes.readUInt16LE(8)
  assert.match(bytes.toString("latin1", 10, from), /'descr': '<f8', 'fortran_order': False, 'shape': \(5, 27\)/)
  const rows = new Float64Array(new Uint8Array(bytes.subarray(from)).buffer)
  const made = halfCheetah.make({})
  assert.ok(E.isRight(made))
  // Positions first: x moved, and the observation begins with the height.
  const [last] = JSON.parse(still.stdout).slice(-1)
  assert.equal(rows[4 * 27 + 1], last.obs[0])
  const picture = made.right.picture?.(rows, 4 * 27, { width: 480, height: 360 })
  assert.ok(picture !== undefined)
  assert.deepEqual(new Uint8Array(readFileSync(still.path)), pngOf(picture))
})

test("recorded states are observed and drawn as when they were played", { skip: without("3.14.0") }, () => {
  const states = join(folder, "kept.npy")
  const film = drawn("HalfCheetah-v5", "played.apng", actions, ["--states", states])
  assert.equal(film.code, 0, film.stderr)
  const again = join(folder, "again.apng")
  const args = ["replay", "--env", "HalfCheetah-v5", "--recorded", states, "--picture", again, "--json"]
  const { code, stdout, stderr } = pgex(args)
  assert.equal(code, 0, stderr)
  assert.deepEqual(readFileSync(again), readFileSync(film.path))
  const observed = (text: string): readonly unknown[] => JSON.parse(text).map((line: { obs: unknown }) => line.obs)
  assert.deepEqual(observed(stdout), observed(film.stdout))
})

test("what is not the environment's states is refused, and so are both sources of an episode, or none", () => {
  const states = join(folder, "cart.npy")
  assert.equal(drawn("CartPole-v1", "kept.svg", [0], ["--states", states]).code, 0)
  const refused = (args: readonly string[]): string => {
    const { code, stderr } = pgex(["replay", "--env", ...args])
    assert.equal(code, 1)
    return stderr
  }
  assert.match(
    refused(["Pendulum-v1", "--recorded", states]),
    /read \S+cart\.npy: want states of Pendulum-v1: one row or more of 2 float64 numbers, got <f8 of shape \(2, 4\); name the environment/
  )
  assert.match(refused(["CartPole-v1", "--recorded", states, "--actions", "-"]), /want one of --actions FILE.*got both/)
  assert.match(refused(["CartPole-v1"]), /want one of --actions FILE, --recorded FILE, got neither/)
})

test("states go to a .npy file", () => {
  const refused = drawn("CartPole-v1", "cart.svg", [0], ["--states", join(folder, "states.csv")])
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /write --states: want a name that ends in \.npy/)
})
