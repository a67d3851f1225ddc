/** What a user of the package meets says what it is: by the compiler's own view of mod.ts. */
import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { fileURLToPath } from "node:url"
import {
  API,
  type Checker,
  type Project,
  SignatureKind,
  type Symbol as Sym,
  SymbolFlags,
  type Type
} from "typescript/unstable/async"

const root = fileURLToPath(new URL("../..", import.meta.url))
const api = new API({ cwd: root })

/** An export of the package. */
interface Public {
  /** `grouping.group`. */
  readonly name: string
  readonly doc: string
  /** Of a value: its type; nothing for types and classes. */
  readonly type: Type | undefined
}

let found: readonly Public[] = []
let checker: Checker

const isModule = ({ flags }: Sym): boolean => (flags & (SymbolFlags.ValueModule | SymbolFlags.NamespaceModule)) !== 0

/** All that can be reached from a module, through namespaces, each once. */
const exportsOf = async (module: Sym, under: string, seen: Set<number>): Promise<readonly Public[]> => {
  const all: Public[] = []
  for (const exported of await checker.getExportsOfModule(module)) {
    const alias = (exported.flags & SymbolFlags.Alias) !== 0
    const symbol = alias ? await checker.getAliasedSymbol(exported) : exported
    if (seen.has(symbol.id)) continue
    seen.add(symbol.id)
    const name = `${under}${exported.name}`
    if (isModule(symbol)) all.push(...(await exportsOf(symbol, `${name}.`, seen)))
    else {
      const isValue = (symbol.flags & SymbolFlags.Value) !== 0 && (symbol.flags & SymbolFlags.Class) === 0
      const doc = await checker.getDocumentationCommentOfSymbol(symbol)
      const tags = await checker.getJsDocTagsOfSymbol(symbol)
      all.push({
        name,
        doc: [doc, ...tags.map((t) => JSON.stringify(t))].join("\n"),
        type: isValue ? await checker.getTypeOfSymbol(symbol) : undefined
      })
    }
  }
  return all
}

before(async () => {
  const snapshot = await api.updateSnapshot({ openProjects: [`${root}tests/docs/public.json`] })
  const project: Project | undefined = snapshot.getProjects()[0]
  assert.ok(project !== undefined)
  checker = project.checker
  const file = await project.program.getSourceFile(`${root}mod.ts`)
  assert.ok(file !== undefined)
  const module = await checker.getSymbolAtLocation(file)
  assert.ok(module !== undefined)
  found = await exportsOf(module, "", new Set())
})

after(() => api.close())

const calls = (type: Type) => checker.getSignaturesOfType(type, SignatureKind.Call)

const unlessNever = async (error: Type | undefined): Promise<string | undefined> => {
  const text = error === undefined ? "never" : await checker.typeToString(error)
  return text === "never" ? undefined : text
}

/** What a value of this type, or what its functions give in the end, may fail with; nothing where it cannot. */
const failure = async (type: Type, depth = 0): Promise<string | undefined> => {
  if ((await type.getAliasSymbol())?.name === "Either") return unlessNever((await type.getAliasTypeArguments())[0])
  const carrier = (await type.getSymbol())?.name
  if ((carrier === "Effect" || carrier === "Layer") && type.isTypeReference())
    return unlessNever((await checker.getTypeArguments(type))[1])
  for (const signature of depth < 3 ? await calls(type) : []) {
    const given = await checker.getReturnTypeOfSignature(signature)
    const text = given === undefined ? undefined : await failure(given, depth + 1)
    if (text !== undefined) return text
  }
  return undefined
}

/** Arrays of numbers as such, or as what an Either succeeds with. */
const isNumbers = (type: string): boolean =>
  /^(?:(?:\w+\.)?Either<\w+, )?(?:readonly )?(?:Floats|(?:Float|Int|Uint)\d+Array)\b/.test(type)

/** Whether a function takes or gives arrays of numbers as such. */
const handlesNumbers = async (type: Type): Promise<boolean> => {
  for (const signature of await calls(type)) {
    const taken = await Promise.all((await signature.getParameters()).map((p) => checker.getTypeOfSymbol(p)))
    for (const t of [...taken, await checker.getReturnTypeOfSignature(signature)])
      if (t !== undefined && isNumbers(await checker.typeToString(t))) return true
  }
  return false
}

const names = (some: readonly Public[]): readonly string[] => some.map(({ name }) => name)

test("every export that mod.ts leads to has a docstring", () => {
  assert.ok(found.length > 400, `${found.length}`)
  assert.deepEqual(names(found.filter(({ doc }) => doc.trim() === "")), [])
})

test("what can fail says by which errors", async () => {
  const silent: string[] = []
  let failing = 0
  for (const { name, doc, type } of found) {
    const error = type === undefined ? undefined : await failure(type)
    if (error === undefined) continue
    failing++
    if (!/\b[Ee]rrors: /.test(doc)) silent.push(`${name}: ${error}`)
  }
  assert.ok(failing > 50, `${failing}`)
  assert.deepEqual(silent, [])
})

test("what takes or gives an array of numbers says its shape", async () => {
  const silent: string[] = []
  let shaped = 0
  for (const { name, doc, type } of found) {
    if (type === undefined || !(await handlesNumbers(type))) continue
    shaped++
    if (!/`\[[^\]]+\]`|\b[Ss]hapes?\b[^.\n]*: /.test(doc)) silent.push(name)
  }
  assert.ok(shaped > 25, `${shaped}`)
  assert.deepEqual(silent, [])
})

test("an equation says where it is from", () => {
  const equations = found.filter(({ doc }) => /^ {4,}\S.*=/m.test(doc))
  assert.ok(equations.length > 15, `${equations.length}`)
  assert.deepEqual(names(equations.filter(({ doc }) => !/\bSource: /.test(doc))), [])
})
