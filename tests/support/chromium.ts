/** A real browser without a window, by its DevTools protocol: a page that is opened, pressed and photographed. */
import { spawn } from "node:child_process"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"

const NAMES = ["chromium", "chromium-browser", "google-chrome"]
const found = (process.env.PATH ?? "")
  .split(delimiter)
  .flatMap((folder) => NAMES.map((name) => join(folder, name)))
  .find((path) => existsSync(path))

/** Why a test in a browser cannot run here. */
export const noChromium = found === undefined && "Chromium is not installed"

export interface Page {
  readonly open: (url: string) => Promise<void>
  /** The value of an expression, waited for where it is a promise. */
  readonly value: (expression: string) => Promise<unknown>
  /** Waits until an expression is true. */
  readonly until: (expression: string) => Promise<void>
  readonly press: (key: string) => Promise<void>
  /** Which colours the page is asked for. */
  readonly prefer: (scheme: "light" | "dark") => Promise<void>
  /** A PNG of what a selector finds. */
  readonly photo: (selector: string) => Promise<Buffer>
  /** Errors on the console, and exceptions that nobody caught. */
  readonly complaints: readonly string[]
}

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly result?: Readonly<Record<string, unknown>>
  readonly error?: unknown
}

/** Software draws: machines of tests have no graphics card. */
const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--hide-scrollbars",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--remote-debugging-port=0",
  "--remote-allow-origins=*"
]

/** A browser with one page, until it is closed. */
export interface Browser {
  readonly page: Page
  readonly close: () => Promise<void>
}

/** Starts a browser with a page of this size. */
export const browser = async (width: number, height: number): Promise<Browser> => {
  const profile = mkdtempSync(join(tmpdir(), "pgex-chromium-"))
  const flags = [...FLAGS, `--window-size=${width},${height}`, `--user-data-dir=${profile}`, "about:blank"]
  const child = spawn(found ?? "", flags, { stdio: ["ignore", "ignore", "pipe"] })
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  const end = async (): Promise<void> => {
    child.kill()
    await ended
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    const address = await new Promise<string>((resolve, reject) => {
      let text = ""
      child.stderr.on("data", (part: Buffer) => {
        text += part.toString()
        const told = /DevTools listening on (\S+)/.exec(text)?.[1]
        if (told !== undefined) resolve(told)
      })
      void ended.then(() => reject(new Error(text.slice(-500))))
    })
    const { ask, close } = await connected(address)
    const page = await pageOf(ask)
    return {
      page,
      close: () => {
        close()
        return end()
      }
    }
  } catch (cause) {
    await end()
    throw cause
  }
}

interface Ask {
  (method: string, params?: object, session?: string): Promise<Readonly<Record<string, unknown>>>
  listen: (hear: (message: Message) => void) => void
}

const connected = async (address: string): Promise<{ readonly ask: Ask; readonly close: () => void }> => {
  const socket = new WebSocket(address)
  await new Promise((resolve, reject) => {
    socket.onopen = resolve
    socket.onerror = reject
  })
  const waiting = new Map<number, (message: Message) => void>()
  const listeners: ((message: Message) => void)[] = []
  socket.onmessage = ({ data }) => {
    const message: Message = JSON.parse(String(data))
    if (message.id !== undefined) waiting.get(message.id)?.(message)
    else for (const hear of listeners) hear(message)
  }
  let last = 0
  const ask = async (method: string, params: object = {}, sessionId?: string) => {
    const id = ++last
    const answer = new Promise<Message>((resolve) => void waiting.set(id, resolve))
    socket.send(JSON.stringify({ id, method, params, sessionId }))
    const { result, error } = await answer
    if (result === undefined) throw new Error(`${method}: ${JSON.stringify(error)}`)
    return result
  }
  return {
    ask: Object.assign(ask, { listen: (hear: (message: Message) => void) => void listeners.push(hear) }),
    close: () => socket.close()
  }
}

const pageOf = async (ask: Ask): Promise<Page> => {
  const { targetId } = await ask("Target.createTarget", { url: "about:blank" })
  const { sessionId } = await ask("Target.attachToTarget", { targetId, flatten: true })
  const tell = (method: string, params?: object) => ask(method, params, String(sessionId))
  const complaints: string[] = []
  ask.listen(({ method, params = {} }) => {
    const isError =
      method === "Runtime.exceptionThrown" ||
      (method === "Runtime.consoleAPICalled" && params.type === "error") ||
      (method === "Log.entryAdded" && Object(params.entry).level === "error")
    if (isError) complaints.push(JSON.stringify(params))
  })
  for (const domain of ["Page", "Runtime", "Log"]) await tell(`${domain}.enable`)
  const value = async (expression: string): Promise<unknown> => {
    const { result, exceptionDetails } = await tell("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true
    })
    if (exceptionDetails !== undefined) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`)
    return Object(result).value
  }
  const until = async (expression: string): Promise<void> => {
    while ((await value(expression)) !== true) await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return {
    complaints,
    value,
    until,
    open: async (url) => {
      await tell("Page.navigate", { url })
      await until(`location.href !== "about:blank" && document.readyState === "complete"`)
    },
    press: async (key) => {
      const code = key === " " ? "Space" : key
      const text = key === " " ? { text: " " } : {}
      await tell("Input.dispatchKeyEvent", { type: "keyDown", key, code, ...text })
      await tell("Input.dispatchKeyEvent", { type: "keyUp", key, code })
    },
    prefer: async (scheme) => {
      await tell("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] })
    },
    photo: async (selector) => {
      const box = await value(
        `(({ x, y, width, height }) => ({ x: x + scrollX, y: y + scrollY, width, height }))(document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect())`
      )
      const clip = { ...Object(box), scale: 1 }
      const { data } = await tell("Page.captureScreenshot", { format: "png", clip, captureBeyondViewport: true })
      return Buffer.from(String(data), "base64")
    }
  }
}
