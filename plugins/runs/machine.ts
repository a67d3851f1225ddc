/** Which machine and which versions: what receipts and the doctor say. */
import { availableParallelism, cpus, platform, release, totalmem } from "node:os"
import effectManifest from "effect/package.json" with { type: "json" }
import manifest from "../../package.json" with { type: "json" }

/** This package's version. */
export const version: string = manifest.version

/** The runtime and its version: `bun 1.4.5`, `deno 2.9.6`, `node 24.0.0`. */
export const runtime = (): { readonly name: string; readonly version: string } => {
  const { bun, deno, node } = process.versions
  if (bun !== undefined) return { name: "bun", version: bun }
  if (deno !== undefined) return { name: "deno", version: deno }
  return { name: "node", version: node }
}

/** Versions that decide a run's numbers. */
export const versions = (): Readonly<Record<string, string>> => {
  const own = runtime()
  return { policygradex: version, [own.name]: own.version, effect: effectManifest.version }
}

/** The machine as receipts name it; memory in GiB. */
export const machine = (): Readonly<Record<string, string | number>> => ({
  processor: cpus()[0]?.model.trim() ?? "unknown",
  architecture: process.arch,
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 28) / 4,
  system: `${platform()} ${release()}`
})
