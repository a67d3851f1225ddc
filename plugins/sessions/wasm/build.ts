/**
 * Compiles the kernels: `bun plugins/sessions/wasm/build.ts` writes kernels/codes.ts (from words.ts), kernels.wasm and
 * kernels_relaxed.wasm, `--check` compares with the committed files instead and exits with 1 when they differ.
 *
 * Same sources and same compiler version (package.json pins it) give the same bytes.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import asc from "assemblyscript/asc"
import { kernelCodes } from "./words.ts"

const here = dirname(fileURLToPath(import.meta.url))
const entry = "kernels/tape.ts"

const options = [
  ...["--optimizeLevel", "3", "--shrinkLevel", "0", "--converge", "--noAssert"],
  ...["--runtime", "stub", "--importMemory", "--initialMemory", "1", "--noExportMemory"],
  ...["--enable", "simd", "--enable", "bulk-memory", "--uncheckedBehavior", "always"]
]

const targets = [
  { file: "kernels.wasm", extra: [] },
  { file: "kernels_relaxed.wasm", extra: ["--enable", "relaxed-simd"] }
] as const

const compile = async (extra: readonly string[]): Promise<Uint8Array> => {
  let bytes: Uint8Array | undefined
  const { error, stderr } = await asc.main([entry, "--outFile", "out.wasm", "--baseDir", here, ...options, ...extra], {
    readFile: (name, base) => {
      try {
        return readFileSync(join(base, name), "utf8")
      } catch {
        return null
      }
    },
    writeFile: (_name, contents) => {
      bytes = typeof contents === "string" ? new TextEncoder().encode(contents) : contents
    },
    listFiles: () => []
  })
  if (error !== null || bytes === undefined) {
    throw new Error(`Cannot compile ${entry}: ${error?.message ?? "no output"}\n${stderr.toString()}`)
  }
  return bytes
}

/** The compiler of this version, as package.json pins it and node_modules holds it. */
const version = (): string => {
  const read: { version: string } = createRequire(import.meta.url)("assemblyscript/package.json")
  return read.version
}

let differ = false

/** Compares a committed file with what it should be, or writes it. */
const settle = (name: string, bytes: Uint8Array): void => {
  const path = join(here, name)
  if (!process.argv.includes("--check")) {
    writeFileSync(path, bytes)
    process.stdout.write(`${name}: ${bytes.length} bytes\n`)
  } else if (!existsSync(path) || !readFileSync(path).equals(bytes)) {
    differ = true
    process.stderr.write(`${name} is not what is made with assemblyscript ${version()} today: run build.ts\n`)
  }
}

settle("kernels/codes.ts", new TextEncoder().encode(kernelCodes()))
for (const { file, extra } of targets) settle(file, await compile(extra))
if (differ) process.exit(1)
