/** `pgex watch`: a page of a run, or of all runs in a folder, that grows with them. */
import { randomBytes } from "node:crypto"
import { existsSync, statSync } from "node:fs"
import { join, resolve } from "node:path"
import { Effect } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { argumentError } from "../../core/failure/mod.ts"
import { print } from "./output.ts"
import { shared } from "./shared.ts"

const LOCAL = ["127.0.0.1", "localhost", "::1"]

export const watchCommand = Command.make(
  "watch",
  {
    folder: Argument.String("folder").pipe(
      Argument.withDefault("runs"),
      Argument.withDescription("A run directory, an experiment, or a folder of such; runs without it")
    ),
    host: Flag.String("host").pipe(
      Flag.withDefault("127.0.0.1"),
      Flag.withMetavar("ADDRESS"),
      Flag.withDescription(
        "The address to serve at. Other machines reach another one than 127.0.0.1, and are asked for a token, which is " +
          "printed; nothing is encrypted"
      )
    ),
    port: Flag.Int("port").pipe(
      Flag.withDefault(7450),
      Flag.withMetavar("N"),
      Flag.withDescription("The port; 0 takes a free one")
    )
  },
  Effect.fn("pgex.watch")(function* (o) {
    const { json } = yield* shared
    const refuse = (doing: string, want: string, got: string, fix: string) =>
      Effect.fail(argumentError({ doing, want, got, fix }))
    if (o.port < 0 || o.port > 65535)
      return yield* refuse("use --port", "a whole number from 0 to 65535", String(o.port), "leave it out for 7450")
    if (!existsSync(o.folder) || !statSync(o.folder).isDirectory())
      return yield* refuse(`watch ${o.folder}`, "a folder", "none", "pgex run makes runs, below runs/")
    const { serve, watchedFolder } = yield* Effect.promise(() => import("../watch/mod.ts"))
    const token = LOCAL.includes(o.host) ? undefined : randomBytes(24).toString("base64url")
    const path = resolve(o.folder)
    const clock = () => performance.now()
    const port = yield* serve({
      folder: watchedFolder(o.folder, clock),
      clock,
      title: path,
      host: o.host,
      port: o.port,
      ...(token === undefined ? {} : { token }),
      ...(existsSync(join(path, "run.json")) ? { only: path } : {})
    })
    const host = o.host.includes(":") ? `[${o.host}]` : o.host
    const url = `http://${host}:${port}/${token === undefined ? "" : `?token=${token}`}`
    yield* print(json, { url, ...(token === undefined ? {} : { token }) }, `${url}\nCtrl-C ends it`)
    return yield* Effect.never
  }, Effect.scoped)
).pipe(
  Command.withDescription(
    "Serve a page of runs for as long as it runs: how far their stages are, their curves and affinities as they grow, " +
      "and what they tell. It reads what runs write, and changes nothing."
  ),
  Command.withShortDescription("Look at runs while they run"),
  Command.withExamples([
    { command: "pgex watch", description: "All runs below runs/, on http://127.0.0.1:7450" },
    { command: "pgex watch runs/quick-0 --port 0", description: "One run, on a free port" },
    { command: "pgex watch --host 0.0.0.0", description: "For other machines too, by a token" }
  ])
)
