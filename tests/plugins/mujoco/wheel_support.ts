/** A small wheel of our own, zipped by Python where there is one, and an index that serves it. */
import { spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdtempSync, readFileSync } from "node:fs"
import { createServer, type Server } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as E from "fp-ts/lib/Either.js"
import { findPython } from "../../../plugins/io/user.ts"
import type { Pack } from "../../../plugins/mujoco/mod.ts"

const python = findPython(undefined, process.env)

/** Why tests with a wheel cannot run here. */
export const noPython = E.isLeft(python) && "there is no Python to make a wheel with"

/** Files and a RECORD of them, zipped as wheels are: argument 1 is the wheel's path, 2 the files as JSON. */
const SCRIPT = `
import base64, hashlib, json, sys, zipfile
path, files, info = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3]
record = "".join(f"{n},sha256={base64.urlsafe_b64encode(hashlib.sha256(t.encode()).digest()).rstrip(b'=').decode()},{len(t.encode())}\\n" for n, t in files.items())
with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
    for n, t in files.items(): z.writestr(n, t)
    z.writestr(info + "/RECORD", record + info + "/RECORD,,\\n")
print(record + info + "/RECORD,,\\n", end="")
`

export const robot = '<mujoco><include file="parts/legs.xml"/><!-- file="parts/none.xml" --></mujoco>'
export const legs = '<mujoco><worldbody><body><freejoint/><geom size="0.1"/></body></worldbody></mujoco>'

/** A wheel of a project, and the pack that is out of it. */
export interface Made {
  readonly pack: Pack
  readonly path: string
  readonly bytes: Buffer
}

const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex")

export const makeWheel = (project: string, version: string): Made => {
  const folder = mkdtempSync(join(tmpdir(), "pgex-wheel-"))
  const wheel = `${project}-${version}-py3-none-any.whl`
  const path = join(folder, wheel)
  const info = `${project}-${version}.dist-info`
  const files = {
    [`${project}/robot.xml`]: robot,
    [`${project}/parts/legs.xml`]: legs,
    [`${project}/code.py`]: "raise SystemExit",
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${project}\nVersion: ${version}\n`,
    [`${info}/WHEEL`]: "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    [`${info}/licenses/LICENSE`]: "do as you like"
  }
  const made = spawnSync(E.isRight(python) ? python.right : "", ["-c", SCRIPT, path, JSON.stringify(files), info])
  const bytes = readFileSync(path)
  const pack: Pack = {
    id: project,
    summary: "a robot",
    project,
    version,
    wheel,
    bytes: bytes.length,
    sha256: sha256(bytes),
    recordSha256: sha256(made.stdout),
    models: [`${project}/robot.xml`],
    licence: "none"
  }
  return { pack, path, bytes }
}

/** What an index answers, and what it was asked with. */
export interface Index {
  readonly url: string
  readonly asked: { readonly path: string; readonly authorization: string | undefined }[]
  readonly close: () => void
}

/** Serves one wheel, in the form that is asked for. */
export const serve = async ({ pack, bytes }: Pick<Made, "pack" | "bytes">, form: "json" | "html"): Promise<Index> => {
  const asked: Index["asked"] = []
  const server: Server = createServer((request, response) => {
    const path = request.url ?? ""
    asked.push({ path, authorization: request.headers.authorization })
    const link = `../../files/${encodeURIComponent(pack.wheel)}`
    if (path === `/files/${pack.wheel}`) response.writeHead(200).end(bytes)
    else if (path !== `/simple/${pack.project}/`) response.writeHead(404).end()
    else if (form === "html")
      response
        .writeHead(200, { "content-type": "text/html" })
        .end(`<a href="other.whl">other</a><a data-x="1" href="${link}#sha256=${pack.sha256}">${pack.wheel}</a>`)
    else
      response.writeHead(200, { "content-type": "application/vnd.pypi.simple.v1+json" }).end(
        JSON.stringify({
          files: [
            { filename: "other.whl", url: "x" },
            { filename: pack.wheel, url: link }
          ]
        })
      )
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const at = server.address()
  const port = typeof at === "object" ? at?.port : 0
  return { url: `http://127.0.0.1:${port}/simple`, asked, close: () => void server.close() }
}
