/** A real browser without a window: the Chromium of this machine, through Playwright. */
import { existsSync, mkdirSync } from "node:fs"
import { delimiter, join } from "node:path"
import axe from "axe-core"
import { chromium, type Page } from "playwright-core"

const NAMES = ["chromium", "chromium-browser", "google-chrome"]
const found = (process.env.PATH ?? "")
  .split(delimiter)
  .flatMap((folder) => NAMES.map((name) => join(folder, name)))
  .find((path) => existsSync(path))

/** Why a test in a browser cannot run here. */
export const noChromium = found === undefined && "Chromium is not installed"

/** A browser that draws without a graphics card on a busy machine may take its time, in milliseconds. */
const PATIENCE = 240_000

/** Software draws: machines of tests have no graphics card. */
const FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]

/** A browser with one page, until it is closed. */
export interface Browser {
  readonly page: Page
  /** Errors on the console, and exceptions that nobody caught, since it was started. */
  readonly complaints: readonly string[]
  readonly close: () => Promise<void>
}

/** Starts a browser with a page of this size. */
export const browser = async (width: number, height: number): Promise<Browser> => {
  const own = await chromium.launch({ executablePath: found ?? "", args: FLAGS, timeout: PATIENCE })
  const page = await own.newPage({ viewport: { width, height } })
  page.setDefaultTimeout(PATIENCE)
  await page.addInitScript(axe.source)
  const complaints: string[] = []
  page.on("pageerror", (error) => void complaints.push(String(error)))
  page.on("console", (message) => void (message.type() === "error" && complaints.push(message.text())))
  return { page, complaints, close: () => own.close() }
}

/** What axe-core finds wrong with the page as it stands: a line for each rule that is broken, with the first place. */
export const violations = async (page: Page): Promise<readonly string[]> => {
  const told: readonly string[] = await page.evaluate(`axe.run({ resultTypes: ["violations"] }).then(({ violations }) =>
    violations.map(({ id, help, nodes }) => id + ": " + help + ", " + nodes[0].html + " " + nodes[0].failureSummary))`)
  return told
}

/** Where CI keeps what tests photograph; nothing is kept where it is not set. */
const SCREENSHOTS = process.env.PGEX_SCREENSHOTS

/** Keeps a photo of the whole page for people to look at, where they asked for it. */
export const keepPhoto = async (page: Page, name: string): Promise<void> => {
  if (SCREENSHOTS === undefined || SCREENSHOTS === "") return
  mkdirSync(SCREENSHOTS, { recursive: true })
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true })
}
