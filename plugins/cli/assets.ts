/** `pgex assets`: what environments need and the package does not hold. */
import { Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { Progress } from "../../core/service/progress.ts"
import type { Got, Pack } from "../mujoco/assets/mod.ts"
import { getCommand, getPack, isInstalled, packs } from "../mujoco/assets/mod.ts"
import { progressDisplay } from "../runs/progress.ts"
import { print } from "./output.ts"
import { shared } from "./shared.ts"

const list = Command.make(
  "list",
  {},
  Effect.fn("pgex.assets.list")(function* () {
    const { json } = yield* shared
    const all = Object.values(packs).map((pack) => ({ ...pack, installed: isInstalled(pack) }))
    const lines = all.map(({ installed, id, summary, wheel, licence }) =>
      [`${installed ? "found  " : "missing"}  ${id}`, `${summary}; out of ${wheel} (${licence})`]
        .concat(installed ? [] : [getCommand(id)])
        .join(": ")
    )
    yield* print(json, all, lines.join("\n"))
  })
).pipe(
  Command.withDescription("Print the packs there are, which wheel each is out of, and whether it was fetched."),
  Command.withShortDescription("Which packs there are"),
  Command.withExamples([{ command: "pgex assets list", description: "For people; with --json as data" }])
)

const get = Command.make(
  "get",
  {
    pack: Argument.Literals("pack", ["gymnasium", "metaworld"]),
    wheel: Flag.String("wheel").pipe(
      Flag.optional,
      Flag.withMetavar("PATH"),
      Flag.withDescription("The wheel on disk, instead of the package index")
    )
  },
  Effect.fn("pgex.assets.get")(function* (o) {
    const { json, python } = yield* shared
    const pack = packs[o.pack]
    const wheel = Option.getOrUndefined(o.wheel)
    const fetched = Effect.gen(function* () {
      const { report, say } = yield* Progress
      const progress = (done: number) => report({ stage: pack.id, done, total: pack.bytes, unit: "bytes" })
      return yield* getPack(pack, {
        progress,
        say,
        ...(wheel === undefined ? {} : { wheel }),
        ...(python === undefined ? {} : { python })
      })
    })
    const got = yield* Effect.scoped(Effect.provide(fetched, progressDisplay()))
    yield* print(json, got, describe(pack, got))
  })
).pipe(
  Command.withDescription(
    "Fetch a pack into PGEX_ASSETS, else the user's cache (PGEX_CACHE, else the system's folder for caches): out of the pinned wheel, from the " +
      "package index that pip would ask (PIP_INDEX_URL, pip.conf, else PyPI), or by pip where that does not answer. The " +
      "wheel's SHA-256 is checked before anything is written, and each file's whenever it is read. Nothing is fetched " +
      "afterwards; where the pack is there already, says so."
  ),
  Command.withShortDescription("Fetch a pack"),
  Command.withExamples([
    { command: "pgex assets get gymnasium", description: "HalfCheetah, Ant, Hopper, Walker2d: 0.5 MB" },
    { command: "pgex assets get metaworld", description: "Meta-World's MT10: 37 MB, of which 11 are kept" },
    { command: "pgex assets get metaworld --wheel metaworld-3.1.1-py3-none-any.whl", description: "Without a network" }
  ])
)

export const assetsCommand = Command.make("assets").pipe(
  Command.withDescription(
    "Descriptions of robots and scenes that environments in MuJoCo need: files of others, under their own licences, which " +
      "this package does not hold."
  ),
  Command.withShortDescription("Fetch what environments in MuJoCo need"),
  Command.withSubcommands([list, get])
)

const describe = ({ wheel, licence }: Pack, got: Got): string =>
  [
    `${got.id} ${got.already ? "is there already" : "is fetched"}: ${got.files} files out of ${wheel}`,
    `in ${got.folder}`,
    `licence: ${licence}, ${got.licence}`
  ].join("\n")
