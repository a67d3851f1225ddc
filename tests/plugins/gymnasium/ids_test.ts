import assert from "node:assert/strict"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { after, test } from "node:test"
import { fileURLToPath } from "node:url"
import * as Either from "fp-ts/lib/Either.js"
import type { Gymnasium } from "../../../plugins/gymnasium/mod.ts"
import { bridge, skip, without } from "./support.ts"

const source = bridge()
after(() => source.close())

const refusal = (from: Gymnasium, id: string): string => {
  const found = from.environment(`gymnasium:${id}`)
  return Either.isLeft(found) ? found.left.message : "found"
}

/** What is wrong with an id, and what the one sentence must say. */
const wrong: readonly (readonly [name: string, id: string, says: RegExp])[] = [
  ["no id at all", "", /want an id that this Python's gymnasium knows, got no such id(; not installed|$)/],
  [
    "an id that resembles none",
    "no-such-thing-anywhere-v0",
    /knows, got no such id(; not installed, and may have it: [\w, ]+)?$/
  ],
  [
    "a module that is not there",
    "no_module:World-v0",
    /want a module no_module, got No module named 'no_module'; it is/
  ],
  [
    "a misspelt argument of a constructor",
    "oddities:odd/Counting-v0?strat=1",
    /Cannot give argument "strat" .*want one of start, label, max_episode_steps, got no such name; did you mean "start"\?$/
  ],
  [
    "a missing argument of a constructor",
    "oddities:odd/Demanding-v0",
    /want an argument task for its constructor, got none; say it with the id: .*Demanding-v0\?task=…$/
  ],
  [
    "a package that an environment needs",
    "oddities:odd/Needy-v0",
    /want what .*Needy-v0 needs, got Rocks is not installed$/
  ]
]

for (const [name, id, says] of wrong)
  test(`gymnasium() tells in a sentence of ${name}`, { skip }, () => {
    const message = refusal(source, id)
    assert.match(message, says)
    assert.equal(message.split("\n").length, 1)
  })

test("gymnasium() tells what a package lacks that knows the id", { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), "pgex-packages-"))
  for (const name of ["metaworld", "mo_gymnasium", "highway_env"])
    writeFileSync(join(folder, `${name}.py`), "import no_such_part\n")
  const lacking = bridge({ variables: { ...process.env, PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: "1" } })
  assert.match(refusal(lacking, "minecart-v0"), /; mo_gymnasium cannot be imported: No module named 'no_such_part'/)
  assert.match(
    refusal(lacking, "Meta-World/MT10"),
    /want the package metaworld, got No module named 'no_such_part'; .*pip install/
  )
  lacking.close()
  rmSync(folder, { recursive: true })
})

/** A folder with modules, in which a source is started; what it says of an id, and the folder gone. */
const inFolder = (
  files: Readonly<Record<string, string>>,
  id: string,
  variables: Readonly<Record<string, string>> = {}
): string => {
  const [folder, before] = [mkdtempSync(join(tmpdir(), "pgex-here-")), process.cwd()]
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  process.chdir(folder)
  const { PYTHONPATH: _, ...own } = process.env
  const here = bridge({ variables: { ...own, PYTHONDONTWRITEBYTECODE: "1", ...variables } })
  try {
    return refusal(here, id)
  } finally {
    here.close()
    process.chdir(before)
    rmSync(folder, { recursive: true })
  }
}

const world = (body: string): string => `import gymnasium
class World(gymnasium.Env):
    observation_space = action_space = gymnasium.spaces.Discrete(2)
    def __init__(self):
        ${body}
    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return 0, {}
    def step(self, action):
        return 0, 1.0, True, False, {}
gymnasium.register("World-v0", World)
`

test("a module of the current folder is found, as python -c would, where an id names it", { skip }, () => {
  const files = { "my_world.py": `import beside\n${world("pass")}`, "beside.py": "" }
  assert.equal(inFolder(files, "my_world:World-v0"), "found")
  assert.match(inFolder(files, "World-v0"), /Cannot find environment "gymnasium:World-v0"/)
  assert.match(inFolder({ ...files, "run.json": "{}" }, "my_world:World-v0"), /not in .*, which is a run's folder$/)
  assert.match(inFolder(files, "my_word:World-v0"), /want a module my_word, got No module named 'my_word'; it .*and in/)
})

test("what the current folder holds stands for no package, and is not imported unasked", { skip }, () => {
  const evil = `import os\nos._exit(7)\n`
  const files = { "my_world.py": world("pass"), "numpy.py": evil, "minigrid.py": evil, "json.py": evil }
  assert.equal(inFolder(files, "my_world:World-v0"), "found")
  assert.match(inFolder(files, "No-v0"), /want an id that this Python's gymnasium knows/)
})

test("all packages that a module lacks are told at once, and what stops it in a sentence", { skip }, () => {
  const lacks = "import no_such_a\nfrom no_such_b.c import d\nimport json\n"
  assert.match(
    inFolder({ "lacks.py": lacks }, "lacks:World-v0"),
    /want the packages no_such_a, no_such_b, which the module lacks imports, got No module named 'no_such_a'; install it/
  )
  for (const [text, says] of [
    ["def (:\n", /want a module odd_one that can be imported, got SyntaxError: invalid syntax/],
    ["1 / 0\n", /that can be imported, got ZeroDivisionError: division by zero$/],
    ["import sys; sys.exit(3)\n", /that can be imported, got SystemExit: 3$/],
    [world("raise ValueError('no\\nworld')"), /want odd_one:World-v0 to be made, got ValueError: no world/]
  ] as const) {
    const message = inFolder({ "odd_one.py": text }, "odd_one:World-v0")
    assert.match(message, says)
    assert.equal(message.split("\n").length, 1)
  }
})

test("a suggestion is an id that can be given: the module stays, other modules' ids are none", { skip }, () => {
  const files = { "my_world.py": world("pass"), "other.py": "" }
  assert.match(inFolder(files, "my_world:Wrold-v0"), /did you mean "gymnasium:my_world:World-v0"\?$/)
  assert.match(inFolder(files, "my_world:Wrold-v0?size=3"), /did you mean "gymnasium:my_world:World-v0"\?$/)
  assert.doesNotMatch(inFolder(files, "other:World-v0"), /did you mean/)
})

test("MuJoCo without a package that it needs names what pip installs", { skip: without("mujoco") }, () => {
  const [folder, absent] = [mkdtempSync(join(tmpdir(), "pgex-packages-")), 'raise ModuleNotFoundError("No imageio")\n']
  for (const name of ["imageio", "glfw", "mujoco"]) writeFileSync(join(folder, `${name}.py`), absent)
  const lacking = bridge({ variables: { ...process.env, PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: "1" } })
  const message = refusal(lacking, "HalfCheetah-v5")
  lacking.close()
  rmSync(folder, { recursive: true })
  assert.match(message, /needs|for HalfCheetah-v5/)
  assert.match(message, /-m pip install 'gymnasium\[mujoco\]'$/)
  assert.equal(message.split("\n").length, 1)
})

test("a Python before 3.10 is refused by its version, before it reads what it cannot", () => {
  const program = join(mkdtempSync(join(tmpdir(), "pgex-old-")), "old.py")
  const script = fileURLToPath(new URL("../../../plugins/gymnasium/bridge.py", import.meta.url))
  writeFileSync(
    program,
    `import ast, runpy, sys
for name in ("bridge.py", "pgex_bridge/__init__.py", "pgex_bridge/messages.py"):
    ast.parse(open(${JSON.stringify(script)}.replace("bridge.py", name)).read(), feature_version=(3, 4))
class Version(tuple): pass
sys.version_info, sys.version = Version((3, 9, 18, "final", 0)), "3.9.18 (main)"
runpy.run_path(${JSON.stringify(script)}, run_name="__main__")
`
  )
  const old = bridge({ script: program })
  assert.match(
    refusal(old, "CartPole-v1"),
    /want Python 3\.10 or newer, got Python 3\.9\.18, .*; say where a newer one is by --python PATH or PGEX_PYTHON$/
  )
  old.close()
  rmSync(dirname(program), { recursive: true })
})
