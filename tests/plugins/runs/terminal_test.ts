/** The view of a run in a real pseudo-terminal. */
import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, test } from "node:test"
import { stripVTControlCharacters } from "node:util"
import fc from "fast-check"
import { cutTo, fitted, widthOf } from "../../../plugins/runs/terminal_line.ts"
import { smallest } from "../../pipeline/job/support.ts"
import { command } from "../../support/pgex.ts"

/** Runs a command in a terminal of so many columns and rows; prints all that the terminal gets. */
const TERMINAL = `
import fcntl, os, pty, struct, sys, termios
columns, rows, *command = sys.argv[1:]
child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", int(rows), int(columns), 0, 0))
    os.execvp(command[0], command)
out = b""
while True:
    try: part = os.read(terminal, 65536)
    except OSError: break
    if not part: break
    out += part
os.waitpid(child, 0)
sys.stdout.buffer.write(out)
`
const skip = spawnSync("python3", ["-c", "import pty"]).status === 0 ? false : "no python3 here"

/** What a terminal shows: lines from the top, those that it scrolled away included, and the most rows that were redrawn. */
const screen = (text: string) => {
  const lines: string[] = [""]
  let [row, highest] = [0, 0]
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a terminal gets
  for (const [, up, code, sign = ""] of text.matchAll(/\u001b\[(\d*)A|(\u001b\[[\d;]*[A-Za-z])|([\s\S])/gu)) {
    if (up !== undefined) {
      row -= Number(up)
      highest = Math.max(highest, Number(up))
      assert.ok(row >= 0, "it goes above the top")
    } else if (code === "\u001b[J") lines.length = row
    else if (code === undefined && sign === "\n") row++
    else if (code === undefined && sign !== "\r") {
      lines[row] = `${lines[row] ?? ""}${sign}`
    }
  }
  return { lines: Array.from(lines, (l) => l ?? ""), highest }
}

const folder = mkdtempSync(join(tmpdir(), "pgex-terminal-"))
after(() => rmSync(folder, { recursive: true, force: true }))

const shownBy = (columns: number, rows: number, variables: Readonly<Record<string, string>>) => {
  const file = join(folder, "smallest.json")
  writeFileSync(file, JSON.stringify({ ...smallest, preset: "quick", truth: { ...smallest.truth, subsets: 0 } }))
  const run = command(["run", file, "--out", join(folder, `run-${columns}`), "--json"])
  const { CI: _, NO_COLOR: __, ...rest } = process.env
  const { stdout, status } = spawnSync("python3", ["-c", TERMINAL, String(columns), String(rows), ...run], {
    env: { ...rest, TERM: "xterm-256color", ...variables },
    encoding: "utf8",
    maxBuffer: 2 ** 28
  })
  assert.equal(status, 0)
  return stdout.slice(0, stdout.indexOf("{\r\n"))
}

test("in 60 columns a run is one view that never breaks a line, with return, time and tasks", {
  skip
}, () => {
  const text = shownBy(60, 24, {})
  const { lines, highest } = screen(text)
  const isStage = (l: string) => /^(meta-training|surrogate|grouping|first-order check|group training) /.test(l)
  const stages = lines.filter(isStage)
  // Every stage has one line, however often it was drawn.
  assert.equal(stages.length, 5, lines.join("\n"))
  assert.match(stages[0]!, /^meta-training +3\/3.* \d+\.\d s {2}mean return -?\d+$/)
  assert.ok(lines.some((l) => l.startsWith("4 tasks of lq-planted, ppo, seed 0: ")))
  const drawn = text
    .split("\r\n")
    .map((row) => stripVTControlCharacters(row))
    .filter(isStage)
  assert.ok(drawn.length > 10)
  for (const row of drawn) assert.ok(widthOf(row) < 60, row)
  assert.ok(highest <= 8, `${highest}`)
  assert.ok(text.includes("\u001b[2m"))
})

test("NO_COLOR takes the colours away, and a low terminal keeps the newest stages", { skip }, () => {
  const text = shownBy(80, 5, { NO_COLOR: "1" })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a terminal gets
  assert.ok(!/\u001b\[\d*m/.test(text))
  assert.ok(screen(text).highest <= 4)
})

const part = fc.record({
  text: fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }),
  worth: fc.integer({ min: 1, max: 9 })
})

test("fitted() and cutTo() take no more columns than there are, and leave whole what fits", () =>
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), fc.integer({ min: 1, max: 120 }), (parts, columns) => {
      const text = fitted(parts, columns)
      assert.ok(widthOf(text) <= columns, text)
      const whole = parts.map((p) => p.text).join("  ")
      if (widthOf(whole) <= columns) assert.equal(text, whole)
      assert.ok(widthOf(cutTo(whole, columns)) <= columns)
    })
  ))

test("widthOf() counts two columns for wide signs and none for marks on others", () => {
  assert.deepEqual(["abc", "日本", "e\u0301", "한a"].map(widthOf), [3, 4, 1, 3])
})
