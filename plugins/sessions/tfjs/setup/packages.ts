/** The npm packages of the binding: tfjs-node with the sources of its native part, and the headers of Node-API. */
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Effect } from "effect"
import type { Environment } from "../../native/process.ts"
import { lastWords, run, setupError } from "./failure.ts"

export const TFJS = "4.22.0"
const HEADERS = "1.9.0"

/** Installs into `folder`, without running any package's own script: tfjs-node's would download another TensorFlow. */
export const installPackages = Effect.fn("setup.packages")(function* (folder: string, environment: Environment) {
  const names = [`@tensorflow/tfjs-node@${TFJS}`, `node-api-headers@${HEADERS}`]
  const doing = `install ${names.join(", ")} with npm`
  const missing = setupError({
    reason: "no-npm",
    doing,
    want: "npm or bun",
    got: "neither on the search path",
    fix: "install Node.js, which brings npm"
  })
  yield* Effect.promise(() => writeFile(join(folder, "package.json"), '{ "private": true }\n'))
  const common = { doing, folder, environment, timeLimit: "30 minutes" } as const
  const npm = ["install", "--ignore-scripts", "--no-audit", "--no-fund", ...names]
  const ending = yield* run(
    { ...common, file: process.platform === "win32" ? "npm.cmd" : "npm", args: npm },
    missing
  ).pipe(
    Effect.catchIf(
      // This program itself may be bun, which installs as well.
      (e) => e.reason === "no-npm" && process.versions.bun !== undefined,
      () => run({ ...common, file: process.execPath, args: ["add", "--ignore-scripts", ...names] }, missing)
    )
  )
  if (ending.code === 0) return
  return yield* Effect.fail(
    setupError({
      reason: "download-failed",
      doing,
      want: "the packages from npm's registry",
      got: lastWords(ending),
      fix: "check that npm reaches its registry and that the disk has room, then run the same command again"
    })
  )
})
