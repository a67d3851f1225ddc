/** What was trained so far, in one file that is never half written. */
import { Effect, FileSystem, Schema } from "effect"
import { versions } from "../../plugins/runs/machine.ts"
import { machine } from "../machine.ts"
import { writeText } from "../results.ts"
import type { Contender } from "./contenders.ts"
import type { Asked } from "./prepare.ts"
import { Comparison, type Course, type FoundGroups } from "./report.ts"

/** What a row is known by, but for the digest of its settings. */
const aboutOf = ({ opened: { ground }, seed, iterations }: Asked) => ({
  ground: ground.name,
  budget: iterations * ground.config.meta.stepsPerTask,
  seed
})

const alike = (a: Asked, x: Pick<Course, "ground" | "budget" | "seed">): boolean =>
  Object.entries(aboutOf(a)).every(([name, value]) => Object.entries(x).some(([n, v]) => n === name && v === value))

/** What a training adds beside what it is known by. */
export type NewCourse = Omit<Course, "ground" | "budget" | "seed" | "asked" | "contender">
export type NewGroups = Pick<FoundGroups, "labels" | "steps" | "seconds">

const seconds = (x: number): number => Number(x.toPrecision(4))

/** Opens the file, or begins one. A row takes the place of one of the same contender, seed and length whose settings were others. */
export const book = Effect.fn("bench.book")(function* (path: string) {
  const files = yield* FileSystem.FileSystem
  const before = (yield* files.exists(path))
    ? yield* Schema.decodeUnknownEffect(Schema.fromJsonString(Comparison))(yield* files.readFileString(path))
    : { groups: [], courses: [] }
  let [groups, courses]: [readonly FoundGroups[], readonly Course[]] = [before.groups, before.courses]
  const comparison = (): Comparison => ({
    suite: "multitask",
    machine: machine(null),
    versions: versions(),
    groups,
    courses
  })
  const save = Effect.suspend(() => writeText(path, textOf(comparison())))
  const same = (a: Asked, c: Contender, x: Course): boolean => alike(a, x) && x.contender === c.name
  return {
    comparison,
    groups: (a: Asked, asked: string) => groups.find((g) => alike(a, g) && g.asked === asked),
    has: (a: Asked, c: Contender, asked: string) => courses.some((x) => same(a, c, x) && x.asked === asked),
    addGroups: (a: Asked, asked: string, found: NewGroups) => {
      const row = { ...aboutOf(a), asked, ...found, seconds: seconds(found.seconds) }
      groups = [...groups.filter((g) => !alike(a, g)), row]
      return save
    },
    add: (a: Asked, c: Contender, asked: string, found: NewCourse) => {
      const row = { ...aboutOf(a), asked, contender: c.name, ...found, seconds: seconds(found.seconds) }
      courses = [...courses.filter((x) => !same(a, c, x)), row]
      return save
    }
  }
})

/** A line a training, so that a change of the file can be read. */
const textOf = ({ groups, courses, ...rest }: Comparison): string => {
  const lines = (all: readonly unknown[]): string => `[\n${all.map((x) => `    ${JSON.stringify(x)}`).join(",\n")}\n  ]`
  const head = Object.entries(rest).map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)},\n`)
  return `{\n${head.join("")}  "groups": ${lines(groups)},\n  "courses": ${lines(courses)}\n}\n`
}
