import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { test } from "node:test"
import fc from "fast-check"
import type { Picture } from "../../../envs/mod.ts"
import { filmOf, pngOf } from "../../../plugins/io/png.ts"

/**
 * A decoder of its own in Python, by the standard's words: check sums, filters undone, frames of an animation told with how
 * long each is shown. It prints sizes and the pixels as hexadecimal digits.
 */
const DECODER = `
import json, struct, sys, zlib
b = sys.stdin.buffer.read()
assert b[:8] == b"\\x89PNG\\r\\n\\x1a\\n"
at, chunks = 8, []
while at < len(b):
    n, kind = struct.unpack(">I4s", b[at:at + 8])
    data = b[at + 8:at + 8 + n]
    assert struct.unpack(">I", b[at + 8 + n:at + 12 + n])[0] == zlib.crc32(kind + data), kind
    chunks.append((kind, data))
    at += 12 + n
assert chunks[0][0] == b"IHDR" and chunks[-1] == (b"IEND", b"")
w, h, *rest = struct.unpack(">IIBBBBB", chunks[0][1])
assert rest == [8, 2, 0, 0, 0], rest
def pixels(data):
    raw, out, before = zlib.decompress(data), bytearray(), bytearray(3 * w)
    assert len(raw) == h * (3 * w + 1)
    for y in range(h):
        kind, row = raw[y * (3 * w + 1)], bytearray(raw[y * (3 * w + 1) + 1:(y + 1) * (3 * w + 1)])
        for i in range(3 * w):
            a = row[i - 3] if i >= 3 else 0
            row[i] = (row[i] + {0: 0, 1: a, 2: before[i]}[kind]) % 256
        out, before = out + row, row
    return out.hex()
frames, delays, order, said = [], [], [], 1
for kind, data in chunks:
    if kind == b"acTL": said, plays = struct.unpack(">II", data); assert plays == 0
    if kind == b"fcTL":
        s, fw, fh, x, y, num, den, dispose, blend = struct.unpack(">IIIIIHHBB", data)
        assert (fw, fh, x, y, dispose, blend) == (w, h, 0, 0, 0, 0)
        order.append(s); delays.append(1000 * num / den)
    if kind == b"IDAT": frames.append(pixels(data))
    if kind == b"fdAT": order.append(struct.unpack(">I", data[:4])[0]); frames.append(pixels(data[4:]))
assert order == list(range(len(order))) and said == len(frames)
print(json.dumps({"width": w, "height": h, "frames": frames, "delays": delays}))
`

const decoded = (file: Uint8Array): unknown => {
  const { status, stdout, stderr } = spawnSync("python3", ["-c", DECODER], { input: file, encoding: "utf8" })
  assert.equal(status, 0, stderr)
  return JSON.parse(stdout)
}

const hex = ({ rgb }: Picture): string => Buffer.from(rgb).toString("hex")

/** Noise, and rows and columns that are alike, so that every filter is some row's best. */
const pictureOf = (width: number, height: number, seed: number): Picture => {
  const rgb = new Uint8Array(3 * width * height)
  for (let i = 0; i < rgb.length; i++) {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)]
    rgb[i] = [40 * x, 17 * y, (seed + 1) * (i * i + 7 * i)][Math.floor(y / 3) % 3]!
  }
  return { width, height, rgb }
}

const skip = spawnSync("python3", ["-c", "import zlib"]).status === 0 ? false : "no python3 here"

test("a decoder of another hand finds the pixels of a PNG file", { skip }, () =>
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 19 }),
      fc.integer({ min: 1, max: 19 }),
      fc.nat(255),
      (width, height, seed) => {
        const picture = pictureOf(width, height, seed)
        assert.deepEqual(decoded(pngOf(picture)), { width, height, frames: [hex(picture)], delays: [] })
      }
    ),
    { numRuns: 8 }
  )
)

test("it finds every frame of an APNG file in order, and how long each is shown", { skip }, () => {
  const pictures = [0, 1, 2].map((seed) => pictureOf(7, 12, seed))
  const film = filmOf(40)
  for (const picture of pictures) film.add(picture)
  assert.deepEqual(decoded(film.file()), { width: 7, height: 12, frames: pictures.map(hex), delays: [40, 40, 40] })
})

test("a film without pictures is no file", () => {
  assert.equal(filmOf(40).file().length, 0)
})
