/** A real server of S3's protocol for tests, where Python has moto. */
import assert from "node:assert/strict"
import { spawn, spawnSync } from "node:child_process"
import { setTimeout } from "node:timers/promises"

const python = [process.env.PGEX_PYTHON ?? "python3", "python3"].find(
  (name) => spawnSync(name, ["-c", "import moto.server, flask"]).status === 0
)

/** Why there is none, for tests that skip. */
export const noMoto: string | false = python === undefined && "no Python with moto[server]"

/** A server with an empty bucket `runs`. */
export interface Moto {
  readonly port: number
  readonly stop: () => void
}

/** Starts one on a free port. */
export const startMoto = async (): Promise<Moto> => {
  const server = spawn(python ?? "", ["-m", "moto.server", "-p", "0"], { stdio: ["ignore", "ignore", "pipe"] })
  const stop = () => void server.kill()
  process.on("exit", stop)
  let [said, port] = ["", 0]
  server.stderr.on("data", (text) => (said += text))
  for (let i = 0; i < 1200 && port === 0; i++) {
    await setTimeout(50)
    port = Number(/Running on http:\/\/127\.0\.0\.1:(\d+)/.exec(said)?.[1] ?? 0)
  }
  assert.ok(port > 0, said)
  assert.equal((await fetch(`http://127.0.0.1:${port}/runs`, { method: "PUT" })).status, 200)
  return { port, stop }
}
