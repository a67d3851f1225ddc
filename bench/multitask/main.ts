/** `bun run bench multitask`: many tasks in one policy, in several, or one each: what is worth how many parameters? */
import { Console, Effect, FileSystem } from "effect"
import { Session } from "../../core/service/session.ts"
import { benchFailed } from "../suite.ts"
import { fastest } from "../training.ts"
import { book } from "./book.ts"
import { compete } from "./compete.ts"
import { wanted } from "./contenders.ts"
import { type Ground, grounds } from "./grounds.ts"
import { findGroups } from "./groups.ts"
import { type Asked, askedOf, iterationsOf, keyOf, type Opened, open } from "./prepare.ts"
import { tableOf } from "./table.ts"
import { forget } from "./train.ts"

/** What is asked. */
export interface MultitaskRequest {
  /** One `FAMILY: CONTENDER`, or a text that all have which are asked for. */
  readonly only: string
  readonly seeds: number
  /** Environment steps a task, instead of each ground's own. */
  readonly steps?: number
  /** Where trainings under way are kept. */
  readonly folder: string
  /** Where the comparison is kept. */
  readonly results: string
  readonly json: boolean
}

const DOING = "compare ways of training many tasks"

/** The grounds that are asked for, but for those whose tasks cannot be played here. */
const openAll = Effect.fnUntraced(function* (r: MultitaskRequest) {
  const asked = grounds.filter((g) => wanted(g, r.only).length > 0)
  if (asked.length === 0) {
    const want = 'a FAMILY: CONTENDER or a text that some have, --only "navigation: mlp" or --only navigation'
    return yield* Effect.fail(benchFailed({ doing: DOING, want, got: r.only }))
  }
  const opened: Opened[] = []
  for (const own of asked) {
    const one = yield* Effect.match(open(r.steps === undefined ? own : lengthened(own, r.steps)), {
      onSuccess: (ready) => ready,
      onFailure: ({ message }) => message
    })
    if (typeof one === "string") yield* Console.error(`${own.name} is left out: ${one}`)
    else opened.push(one)
  }
  return opened
})

/** Looked at as often as before, or where it is longer after as many steps. */
const lengthened = (own: Ground, steps: number): Ground => ({
  ...own,
  steps,
  points: Math.max(own.points, Math.round((own.points * steps) / own.steps))
})

/** Adds what is missing to what was kept, seed by seed, so that the table fills evenly, and prints it. */
export const multitask = Effect.fn("bench.multitask")(
  function* (r: MultitaskRequest) {
    const files = yield* FileSystem.FileSystem
    yield* files.makeDirectory(r.folder, { recursive: true })
    const kept = yield* book(`${r.results}/multitask.json`)
    const session = yield* fastest
    const all = yield* openAll(r)
    /** The tool's groups: those that were found before, or now. */
    const groupsFor = Effect.fnUntraced(function* (a: Asked) {
      const asked = askedOf(a.opened, "groups", a.iterations)
      const known = kept.groups(a, asked)
      if (known !== undefined) return known.labels
      const file = `${a.stem}-groups.state`
      const found = yield* findGroups({ ...a.opened, key: keyOf(a), iterations: a.iterations, file })
      yield* kept.addGroups(a, asked, found)
      yield* forget(file)
      return found.labels
    })
    for (let seed = 0; seed < r.seeds; seed++)
      for (const opened of all) {
        const { ground, tasks } = opened
        const iterations = iterationsOf(ground)
        const a: Asked = { opened, seed, iterations, stem: `${r.folder}/${ground.name}-${iterations}-${seed}` }
        for (const c of wanted(ground, r.only)) {
          const asked = askedOf(opened, c, iterations)
          if (kept.has(a, c, asked)) continue
          yield* Console.error(`multitask: ${ground.name}, seed ${seed}: ${c.name}`)
          const work = Effect.gen(function* () {
            const labels =
              c.sharing === "groups" ? yield* groupsFor(a) : tasks.map((_, t) => (c.sharing === "alone" ? t : 0))
            return yield* compete(a, c, labels)
          })
          const { course, files: under } = yield* Effect.provideService(work, Session, session)
          yield* kept.add(a, c, asked, course)
          yield* Effect.forEach(under, forget)
        }
      }
    const now = kept.comparison()
    yield* Console.log(r.json ? JSON.stringify(now) : tableOf(now, grounds))
  },
  Effect.scoped,
  Effect.mapError((e) => {
    if ("_tag" in e && e._tag === "BenchFailed") return e
    const got = e instanceof Error ? e.message : String(e)
    return benchFailed({ doing: DOING, want: "finished trainings", got })
  })
)
