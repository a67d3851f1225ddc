/** The instructions of pickles that build data, by their codes. Whatever else a pickle holds is no instruction here. */
import { clipped } from "../../../core/text/printable.ts"
import {
  type Machine,
  pop,
  popItems,
  popPairs,
  push,
  take,
  takeLine,
  takeLong,
  takeText,
  takeWhole
} from "./machine.ts"
import { entriesOf, isList, isName, isObject, isPlainDict, type Pickled, type PickledObject } from "./values.ts"

type Operation = (m: Machine) => void

/** Of a module and a name: only where that is allowed. */
const pushName = (m: Machine, module: string, name: string): void => {
  const whole = `${module}.${name}`
  if (!m.allows(whole)) throw new TypeError(`${clipped(whole)}, which loading it in Python would import`)
  push(m, { kind: "name", name: whole })
}

/** A call as data. */
const described = (callee: Pickled, given: Pickled): PickledObject => {
  if (!isName(callee)) throw new TypeError("a call of something without a name")
  return { kind: "object", name: callee.name, arguments: given, state: null, entries: [] }
}

const build: Operation = (m) => {
  const state = pop(m)
  const target = m.stack.at(-1)
  if (!isObject(target)) throw new RangeError("a state for what is no object")
  target.state = state
}

const addEntries = (m: Machine, pairs: readonly [Pickled, Pickled][]): void => {
  const target = m.stack.at(-1)
  if (!isPlainDict(target) && !isObject(target)) throw new RangeError("entries for what is no dictionary")
  for (const pair of pairs) target.entries.push(pair)
}

const addItems = (m: Machine, items: readonly Pickled[]): void => {
  const target = m.stack.at(-1)
  if (!isList(target)) throw new RangeError("items for what is no list")
  for (const item of items) target.items.push(item)
}

const list = (items: Pickled[]): Pickled => ({ kind: "list", items })

/** The last n values as a tuple. */
const tuple =
  (n: number): Operation =>
  (m) => {
    const items = Array.from({ length: n }, () => pop(m)).reverse()
    push(m, list(items))
  }

const constant =
  (value: () => Pickled): Operation =>
  (m) =>
    push(m, value())

const text =
  (width: 1 | 4 | 8, encoding: "utf-8" | "latin1"): Operation =>
  (m) =>
    push(m, takeText(m, takeWhole(m, width), encoding))

const bytes =
  (width: 1 | 4 | 8): Operation =>
  (m) =>
    push(m, take(m, takeWhole(m, width)))

const put =
  (key: (m: Machine) => number): Operation =>
  (m) => {
    const at = key(m)
    const value = m.stack.at(-1)
    if (value === undefined) throw new RangeError("a memo of nothing")
    m.memo.set(at, value)
  }

const get =
  (key: (m: Machine) => number): Operation =>
  (m) => {
    const value = m.memo.get(key(m))
    if (value === undefined) throw new RangeError("a reference to what was not remembered")
    push(m, value)
  }

const wordOf = (x: Pickled): string => {
  if (typeof x !== "string") throw new RangeError("a name that is no text")
  return x
}

const reduce: Operation = (m) => {
  const given = pop(m)
  const made = described(pop(m), given)
  // NumPy's bytes in the text of older pickles.
  const [encoded] = isList(given) ? given.items : []
  if (made.name === "_codecs.encode" && typeof encoded === "string") {
    push(
      m,
      Uint8Array.from(encoded, (sign) => sign.charCodeAt(0))
    )
  } else push(m, made)
}

/** What 'I' writes: truth values as 00 and 01. */
const lineNumber = (line: string): Pickled => {
  if (line === "00" || line === "01") return line === "01"
  const value = Number(line.replace(/L$/, ""))
  if (line.trim() === "" || Number.isNaN(value)) throw new RangeError("a number that is none")
  return value
}

const code = (sign: string): number => sign.charCodeAt(0)

export const operations: ReadonlyMap<number, Operation> = new Map<number, Operation>([
  [0x80, (m) => void take(m, 1)], // PROTO
  [0x95, (m) => void take(m, 8)], // FRAME
  [code("("), (m) => void m.stack.push(undefined)],
  [code("0"), (m) => void pop(m)],
  [code("1"), (m) => void popItems(m)],
  [code("2"), (m) => push(m, m.stack.at(-1) ?? null)],
  [code("N"), constant(() => null)],
  [0x88, constant(() => true)],
  [0x89, constant(() => false)],
  [code("I"), (m) => push(m, lineNumber(takeLine(m)))],
  [code("L"), (m) => push(m, lineNumber(takeLine(m)))],
  [code("F"), (m) => push(m, lineNumber(takeLine(m)))],
  [code("J"), (m) => push(m, takeWhole(m, 4) | 0)],
  [code("K"), (m) => push(m, takeWhole(m, 1))],
  [code("M"), (m) => push(m, takeWhole(m, 2))],
  [0x8a, (m) => push(m, takeLong(m, takeWhole(m, 1)))],
  [0x8b, (m) => push(m, takeLong(m, takeWhole(m, 4)))],
  [
    code("G"),
    (m) => {
      const at = m.at
      take(m, 8)
      push(m, m.view.getFloat64(at, false))
    }
  ],
  [code("X"), text(4, "utf-8")],
  [0x8c, text(1, "utf-8")],
  [0x8d, text(8, "utf-8")],
  [code("T"), text(4, "latin1")],
  [code("U"), text(1, "latin1")],
  [code("B"), bytes(4)],
  [code("C"), bytes(1)],
  [0x8e, bytes(8)],
  [0x96, bytes(8)],
  [code(")"), tuple(0)],
  [0x85, tuple(1)],
  [0x86, tuple(2)],
  [0x87, tuple(3)],
  [code("t"), (m) => push(m, list(popItems(m)))],
  [code("l"), (m) => push(m, list(popItems(m)))],
  [code("]"), constant(() => list([]))],
  [0x8f, constant(() => list([]))],
  [0x91, (m) => push(m, list(popItems(m)))],
  [code("a"), (m) => addItems(m, [pop(m)])],
  [code("e"), (m) => addItems(m, popItems(m))],
  [0x90, (m) => addItems(m, popItems(m))],
  [code("}"), constant(() => ({ kind: "dict", entries: [] }))],
  [code("d"), (m) => push(m, { kind: "dict", entries: popPairs(m) })],
  [
    code("s"),
    (m) => {
      const value = pop(m)
      addEntries(m, [[pop(m), value]])
    }
  ],
  [code("u"), (m) => addEntries(m, popPairs(m))],
  [code("c"), (m) => pushName(m, takeLine(m), takeLine(m))],
  [
    0x93, // STACK_GLOBAL
    (m) => {
      const name = wordOf(pop(m))
      pushName(m, wordOf(pop(m)), name)
    }
  ],
  [code("R"), reduce],
  [0x81, reduce], // NEWOBJ
  [
    0x92, // NEWOBJ_EX
    (m) => {
      const named = pop(m)
      const given = pop(m)
      push(m, { ...described(pop(m), given), entries: [...entriesOf(named)].map(([k, v]) => [k, v]) })
    }
  ],
  [code("b"), build],
  [code("Q"), (m) => push(m, { kind: "reference", id: pop(m) })],
  [code("q"), put((m) => takeWhole(m, 1))],
  [code("r"), put((m) => takeWhole(m, 4))],
  [0x94, put((m) => m.memo.size)], // MEMOIZE
  [code("p"), put((m) => Number(takeLine(m)))],
  [code("h"), get((m) => takeWhole(m, 1))],
  [code("j"), get((m) => takeWhole(m, 4))],
  [code("g"), get((m) => Number(takeLine(m)))]
])
