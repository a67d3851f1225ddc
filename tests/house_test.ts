/** The rules of the house, over all that is committed: a rule that nobody checks is none. */
import assert from "node:assert/strict"
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { dirname, join, normalize } from "node:path"
import { test } from "node:test"
import { bare, code, floors, type Import, imports, inside, isCode, loadedWith, root, texts } from "./support/house.ts"

/** The wings of `plugins`, likewise. */
const wings =
  "io gymnasium sessions mujoco metaworld loading config workers exchange loggers runs sweeps watch cli".split(" ")

/** The rooms of `pipeline`, likewise. */
const rooms = [
  "config.ts",
  "presets/",
  "presets.ts",
  "catalog.ts",
  "jobs/",
  "store/",
  "stages/",
  "result/",
  "given/",
  "foresee.ts",
  "plan.ts",
  "job.ts",
  "internal.ts",
  "mod.ts"
] as const

const said = ({ from, to }: Import): string => `${from} imports ${to}`

/** Imports from one of these places to another behind it; places are beginnings of paths, from the ground up. */
const upwards = (places: readonly string[]): readonly string[] => {
  const place = (path: string): number => places.findIndex((p) => path.startsWith(p))
  return inside
    .filter(({ from, to }) => place(from) >= 0 && place(to) >= 0 && place(to) > place(from))
    .map((i) => said(i))
}

test("imports between floors point down", () => assert.deepEqual(upwards(floors.map((floor) => `${floor}/`)), []))

test("imports between the wings of plugins point down", () =>
  assert.deepEqual(upwards(wings.map((wing) => `plugins/${wing}/`)), []))

test("imports between the rooms of pipeline point down, and every module of it is in a room", () => {
  const places = rooms.map((room) => `pipeline/${room}`)
  assert.deepEqual(upwards(places), [])
  const loose = code.filter(([path]) => path.startsWith("pipeline/") && !places.some((p) => path.startsWith(p)))
  assert.deepEqual(
    loose.map(([path]) => path),
    []
  )
})

test("no module imports itself by way of others", () => {
  const next = Map.groupBy(inside, ({ from }) => from)
  const reached = (path: string): ReadonlySet<string> => {
    const seen = new Set<string>()
    const left = [path]
    for (let at = left.pop(); at !== undefined; at = left.pop()) {
      for (const { to } of next.get(at) ?? []) {
        if (seen.has(to)) continue
        seen.add(to)
        left.push(to)
      }
    }
    return seen
  }
  const from = new Map([...next.keys()].map((path) => [path, reached(path)] as const))
  const found = [...from]
    .filter(([path, there]) => there.has(path))
    .map(([path, there]) =>
      [...there]
        .filter((other) => from.get(other)?.has(path))
        .sort()
        .join(" ")
    )
  assert.deepEqual([...new Set(found)], [])
})

test("every module of plugins is in a wing", () => {
  const loose = code.filter(
    ([path]) => path.startsWith("plugins/") && !wings.some((w) => path.startsWith(`plugins/${w}/`))
  )
  assert.deepEqual(
    loose.map(([path]) => path),
    []
  )
})

test("no algorithm imports another, and environments know nothing of each other", () => {
  const own = (path: string): string | undefined =>
    /^(?:algorithms\/(?:ppo|sac|maml|bilevel)|envs\/(?!laws|wrappers)[a-z_]+)\//.exec(path)?.[0]
  const across = inside.filter(({ from, to }) => {
    const [a, b] = [own(from), own(to)]
    return a !== undefined && b !== undefined && a !== b && dirname(a) === dirname(b)
  })
  assert.deepEqual(across.map(said), [])
})

test("the core is pure: no effect, no clock, no file, no global, no Math.random, no throw", () => {
  const impure = code
    .filter(([path]) => path.startsWith("core/") && !path.startsWith("core/service/"))
    .filter(
      ([, text]) =>
        /from "(?:effect|node:)/.test(text) ||
        /Math\.random|\bDate\b|\bperformance\.|\bprocess\.|\bglobalThis\b|\bthrow\b/.test(bare(text))
    )
  assert.deepEqual(
    impure.map(([path]) => path),
    []
  )
})

test("randomness is a Stream: only a contributed grouping is handed a function that draws", () => {
  const drawn = code
    .filter(([path]) => !path.startsWith("plugins/") && path !== "pipeline/catalog.ts")
    .filter(([, text]) => /\b(?:random|rng|uniform|draws?)\??: \(\) => number|type Random\b/.test(bare(text)))
  assert.deepEqual(
    drawn.map(([path]) => path),
    []
  )
})

/** Tables of numbers. */
const tables: ReadonlySet<string> = new Set(["core/random/ziggurat_tables.ts"])

test("a module has at most 310 lines", () => {
  const long = [...texts].filter(([path, text]) => !tables.has(path) && text.split("\n").length > 311)
  assert.deepEqual(
    long.map(([path]) => path),
    []
  )
})

/** How many modules say a word, but for doors to other rooms: an export that one says is used by nobody. */
const sayers = new Map<string, number>()
for (const [path, text] of texts)
  for (const word of path.endsWith("/internal.ts") ? [] : new Set(text.match(/\w+/g)))
    sayers.set(word, (sayers.get(word) ?? 0) + 1)

test("every exported value is used by another module, or is one of a door's", () => {
  const opened = new Set(
    [...texts].flatMap(([path, text]) =>
      path.endsWith("mod.ts")
        ? [...text.matchAll(/export \* from "(\.[^"]+)"/g)].map((m) => normalize(join(dirname(path), m[1] ?? "")))
        : []
    )
  )
  const unused = code.flatMap(([path, text]) =>
    opened.has(path) || path.endsWith("mod.ts")
      ? []
      : [...text.matchAll(/^export (?:const|function|class) (\w+)/gm)]
          .map((m) => m[1] ?? "")
          .filter((name) => (sayers.get(name) ?? 0) < 2)
          .map((name) => `${path}: ${name}`)
  )
  assert.deepEqual(unused, [])
})

/** A room of `core`, a wing of `plugins`, or a floor that is one room. */
const room = (path: string): string =>
  path
    .split("/")
    .slice(0, /^(?:core|plugins)\//.test(path) ? 2 : 1)
    .join("/")
const isInternal = (path: string): boolean => path.endsWith("/internal.ts")
const isDoor = (path: string): boolean => path.endsWith("/mod.ts") || isInternal(path)
const withDoor = new Set([...texts.keys()].filter(isDoor).map(dirname))

/** Whether a folder has a door, or one around it in the same room. */
const isClosed = (folder: string): boolean =>
  withDoor.has(folder) || (folder.includes("/") && room(folder) !== folder && isClosed(dirname(folder)))

test("imports from another room come in by a door: its mod.ts or its internal.ts", () => {
  const shown = imports.filter(({ from, to }) => isCode(to) && (from === "mod.ts" || from.startsWith("experiments/")))
  const past = [...inside, ...shown].filter(
    ({ from, to }) => room(from) !== room(to) && isClosed(dirname(to)) && !isDoor(to)
  )
  assert.deepEqual(past.map(said), [])
})

test("what is internal reaches no user: neither a room's mod.ts nor an experiment has it from an internal.ts", () => {
  const outward = imports.filter(
    ({ from, to }) =>
      isInternal(to) && (from.startsWith("experiments/") || (/(?:^|\/)mod\.ts$/.test(from) && room(from) === room(to)))
  )
  assert.deepEqual(outward.map(said), [])
  assert.ok(!imports.some(({ from, to }) => from === "mod.ts" && isInternal(to)))
})

test("neither the command's start nor the pipeline loads a learner; the start loads nothing that computes or draws", () => {
  const isLearner = (path: string): boolean => /^algorithms\/(?:mod|.*\/learner)\.ts$/.test(path)
  const isHeavy = (path: string): boolean =>
    /^(?:pipeline|plugins\/(?:loading\/catalog|loggers|sessions\/native|sessions\/tfjs|runs\/report|workers|sweeps|watch))\/mod\.ts$/.test(
      path
    )
  const start = [...loadedWith("cli.ts")]
  assert.ok(start.length > 100, `${start.length}`)
  assert.deepEqual(
    start.filter((path) => isLearner(path) || isHeavy(path)),
    []
  )
  assert.deepEqual([...loadedWith("pipeline/mod.ts")].filter(isLearner), [])
})

test("a door re-exports and nothing else, but for lists of what comes with the package", () => {
  const odd = code.filter(
    ([path, text]) => isDoor(path) && /^(?:const|function|let|class|export (?:const|function|class)) /m.test(text)
  )
  const known = ["core/aggregate/mod.ts", "core/program/plan/mod.ts", "plugins/loading/catalog/mod.ts"]
  assert.deepEqual(
    odd.map(([path]) => path).filter((path) => !known.includes(path) && !path.startsWith("plugins/sessions/")),
    []
  )
})

test("mistakes of types are expected in tests and nowhere else, and nothing is hidden from the compiler", () => {
  const silenced = [...texts].filter(([path, text]) =>
    (path.startsWith("tests/") ? /\/[/*] @ts-(?:ignore|nocheck)/ : /\/[/*] @ts-/).test(text)
  )
  assert.deepEqual(
    silenced.map(([path]) => path),
    []
  )
})

/** Words that the field has better ones for. */
const retired = [
  "Interaction",
  "Experience",
  "Keeper",
  "Company",
  "Midway",
  "Players",
  "players",
  "Standing",
  "Site",
  "Known",
  "Resident"
]

test("names are the field's: no module declares a retired word", () => {
  const declared = code.flatMap(([path, text]) =>
    [...text.matchAll(/^export (?:const|function|class|interface|type) (\w+)/gm)]
      .map((m) => m[1] ?? "")
      .filter((name) => retired.includes(name))
      .map((name) => `${path}: ${name}`)
  )
  assert.deepEqual(declared, [])
})

/** Errors that are no failures of a person's: thrown within this program, and never shown as they are. */
const OWN_CLASSES = [
  // What a runtime reads off the error that ends a process: whether it was shown, and the exit code.
  "plugins/cli/output.ts",
  // Thrown at whoever calls `process.exit`.
  "plugins/io/ending/main.ts",
  // Leaves the heap's search for a place by a throw, and carries sizes that a failure makes its sentence of.
  "plugins/sessions/arena/heap.ts"
]

test("failures are of the one shape of core/failure: no module declares a class of its own for them", () => {
  const own = [...texts].filter(
    ([path, text]) =>
      !path.startsWith("tests/") && /class \w+ extends (?:(?:Schema|Data)\.TaggedError|Error)\b/.test(bare(text))
  )
  assert.deepEqual(own.map(([path]) => path).sort(), OWN_CLASSES)
})

test("what a docstring says can fail is a failure that there is", () => {
  const declared = new Set(
    [...texts.values()].flatMap((text) => [...text.matchAll(/export (?:type|interface|class) (\w+)/g)].map((m) => m[1]))
  )
  const unknown = [...texts].flatMap(([path, text]) =>
    [...text.matchAll(/ Errors:((?:(?!\*\/).)*?)(?=\n \* - |\n \*\n|\*\/)/gs)]
      .flatMap(([, said = ""]) => [...said.matchAll(/`([A-Z]\w+)`/g)].map((m) => m[1]))
      .filter((name) => !declared.has(name))
      .map((name) => `${path}: ${name}`)
  )
  assert.deepEqual(unknown, [])
})

test("nothing that is committed holds both sides of a merge", () => {
  const pages = execFileSync("git", ["ls-files", "*.ts", "*.md", "*.json", "*.py", "*.toml"], {
    cwd: root,
    encoding: "utf8"
  })
  const marked = pages
    .trim()
    .split("\n")
    .filter((path) => /^(?:<{7} |>{7} )/m.test(readFileSync(join(root, path), "utf8")))
  assert.deepEqual(marked, [])
})

test("every file and folder that docs/architecture.md names is there", () => {
  const page = readFileSync(join(root, "docs/architecture.md"), "utf8")
  const named = [
    ...page.matchAll(/\b(?:core|envs|algorithms|pipeline|plugins|tests|stages|plan|sessions)\/[a-z_/]*[a-z_](?:\.ts)?/g)
  ]
  const there = (path: string): boolean =>
    ["", "pipeline/", "core/program/", "plugins/"].some((room) => existsSync(join(root, room, path)))
  assert.deepEqual(
    named.map(([path]) => path).filter((path) => !there(path)),
    []
  )
  assert.ok(named.length > 30)
})
