import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { appendFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { fingerprint } from "../../../plugins/loading/fingerprint.ts"
import { inFolder } from "./support.ts"

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex")

test("fingerprint() of a module alone is the digest of its file, whatever packages it imports", () =>
  inFolder({ "plugin.ts": 'import { envs } from "policygradex"\n' }, (folder) =>
    assert.equal(fingerprint(join(folder, "plugin.ts")), sha256('import { envs } from "policygradex"\n'))
  ))

test("fingerprint() covers what is imported by path, directly or not, in circles too, and nothing else", () =>
  inFolder(
    {
      "plugin.ts": 'import { a } from "./parts/a.ts"\nexport * from "./table.json"\nimport "./missing.ts"\n',
      "parts/a.ts": 'import "../plugin.ts"\nconst b = await import("./b")\n',
      "parts/b.ts": "export const b = 1\n",
      "table.json": '{ "from": "./other.ts" }',
      "other.ts": ""
    },
    (folder) => {
      const now = () => fingerprint(join(folder, "plugin.ts"))
      const first = now()
      assert.equal(first, fingerprint(join(folder, "parts", "..", "plugin.ts")))
      writeFileSync(join(folder, "other.ts"), "changed")
      assert.equal(now(), first)
      for (const name of ["plugin.ts", "parts/a.ts", "parts/b.ts", "table.json"]) {
        const before = now()
        appendFileSync(join(folder, name), " ")
        assert.notEqual(now(), before, name)
      }
    }
  ))

test("fingerprint() leaves out this package where it is imported by path", () => {
  const own = fileURLToPath(new URL("../../../mod.ts", import.meta.url))
  return inFolder({ "plugin.ts": `import { envs } from "${own}"\n` }, (folder) =>
    assert.equal(fingerprint(join(folder, "plugin.ts")), sha256(`import { envs } from "${own}"\n`))
  )
})
