/** A real Postgres for tests, where Debian's package is installed. */
import { execFileSync, spawnSync } from "node:child_process"
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"

const versions = "/usr/lib/postgresql"

/** The folder of its programs, of the newest version. */
const programs = (): string | undefined => {
  if (!existsSync(versions)) return undefined
  const all = readdirSync(versions).sort((a, b) => Number(b) - Number(a))
  return all.map((v) => join(versions, v, "bin")).find((bin) => existsSync(join(bin, "initdb")))
}

/** Why there is none, for tests that skip. */
export const noPostgres: string | false = programs() === undefined && "no Postgres in /usr/lib/postgresql"

/** Postgres refuses to run as root. */
const isRoot = process.getuid?.() === 0
const run = (words: readonly string[]): void => {
  const line = words.map((w) => `'${w}'`).join(" ")
  const [program, ...args] = isRoot ? ["su", "postgres", "-s", "/bin/sh", "-c", line] : ["/bin/sh", "-c", line]
  const { status, stderr } = spawnSync(program!, args, {
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
    cwd: "/"
  })
  if (status !== 0) throw new Error(`${line}: ${stderr}`)
}

const freePort = (): Promise<number> =>
  new Promise((done) => {
    const server = createServer()
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => done(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

/** A server with its own data, until this process ends. */
export interface Postgres {
  /** The address of a database that was not there before. Any password will do. */
  readonly fresh: (name: string) => string
  readonly query: (url: string, sql: string) => string
  readonly restart: () => void
  readonly stop: () => void
}

/** Starts one. What it writes need not last. */
export const startPostgres = async (): Promise<Postgres> => {
  const bin = programs() ?? ""
  const folder = mkdtempSync(join(tmpdir(), "pgex-postgres-"))
  chmodSync(folder, 0o777)
  const [data, port] = [join(folder, "data"), await freePort()]
  run([join(bin, "initdb"), "-D", data, "-U", "pgex", "-A", "trust", "--no-sync"])
  const settings = `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200`
  const control = (...words: readonly string[]) =>
    run([join(bin, "pg_ctl"), "-D", data, "-w", "-o", settings, "-l", join(folder, "log"), ...words])
  control("start")
  const stop = () => {
    try {
      control("stop", "-m", "immediate")
    } catch {
      // It is gone already.
    }
    rmSync(folder, { recursive: true, force: true })
  }
  process.on("exit", stop)
  const urlOf = (name: string) => `postgres://pgex:s3cret@127.0.0.1:${port}/${name}`
  const query = (url: string, sql: string) =>
    execFileSync(join(bin, "psql"), [url, "-tAc", sql], { encoding: "utf8", cwd: "/" }).trim()
  return {
    fresh: (name) => {
      query(urlOf("postgres"), `CREATE DATABASE ${name}`)
      return urlOf(name)
    },
    query,
    restart: () => control("restart", "-m", "fast"),
    stop
  }
}
