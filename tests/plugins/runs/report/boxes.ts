/** Where texts and rectangles of a picture lie, in pixels from its corner, as a browser would put them. */
import { parseHTML } from "linkedom"

/** As much of an element as is read here. */
export interface Drawn {
  readonly tagName: string
  readonly textContent: string | null
  readonly parentElement: Drawn | null
  readonly getAttribute: (name: string) => string | null
  readonly querySelector: (selector: string) => Drawn | null
  readonly querySelectorAll: (selector: string) => Iterable<Drawn> & { readonly length: number }
}

export interface Box {
  readonly text: string
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

/** Advance widths of DejaVu Sans, wider than most fonts that a system has, in parts of the font's size. */
const widths: readonly (readonly [number, string])[] = [
  [0.3, "'ijlIJ"],
  [0.34, " ,./:;\\|"],
  [0.4, "frt-()[]!¹²³"],
  [0.6, '"*_`°szc?⁻LFvxykPTYoθa'],
  [0.64, "eEhnuSbdgpq$0123456789{}"],
  [0.79, "KAVXZBRCUNHDG&OQ"],
  [0.84, "w#+<=>^~−→↑"]
]

/** Of letters and digits over and under the line that they stand on, likewise. */
const ASCENT = 0.77
const DESCENT = 0.24

const measured = (text: string, size: number): number =>
  size * [...text].reduce((sum, c) => sum + (widths.find(([, signs]) => signs.includes(c))?.[0] ?? 1), 0)

/** The pictures of a page, whose first children are those of Plot. */
export const picturesOf = (page: string): readonly Drawn[] => {
  const { document } = parseHTML(page)
  return [...document.querySelectorAll("svg")]
}

/** Width and height. */
export const sizeOf = (svg: Drawn): readonly [width: number, height: number] => [
  Number(svg.getAttribute("width")),
  Number(svg.getAttribute("height"))
]

interface Place {
  readonly x: number
  readonly y: number
  /** Turned a quarter to the left. */
  readonly turned: boolean
}

/** The nearest value of a property, from the element up; a style wins over an attribute. */
const inherited = (element: Drawn | null, name: string): string | undefined => {
  if (element === null) return undefined
  const styled = new RegExp(`${name}:([^;]+)`).exec(element.getAttribute("style") ?? "")?.[1]
  return styled ?? element.getAttribute(name) ?? inherited(element.parentElement, name)
}

/** A length in pixels: `12`, `12px`, `0.32em`. */
const pixels = (text: string | null, size: number): number =>
  Number.parseFloat(text ?? "0") * (text?.endsWith("em") === true ? size : 1)

const placeOf = (element: Drawn, size = 0): Place => {
  const [across, down] = ["x", "y"].map((name) => pixels(element.getAttribute(name), size))
  const ownTurn = /rotate\(-90\)/.test(element.getAttribute("transform") ?? "")
  const place = ownTurn ? { x: down!, y: -across!, turned: true } : { x: across!, y: down!, turned: false }
  for (let at: Drawn | null = element; at !== null && at.tagName.toLowerCase() !== "svg"; at = at.parentElement) {
    const transform = at.getAttribute("transform") ?? ""
    const [, dx = "0", dy = "0"] = /translate\(([-.\d e]+)(?:,([-.\d e]+))?\)/.exec(transform) ?? []
    place.x += Number(dx)
    place.y += Number(dy)
  }
  return place
}

/** Boxes of all texts. */
export const textsOf = (svg: Drawn): readonly Box[] =>
  [...svg.querySelectorAll("text")].map((element): Box => {
    const text = element.textContent ?? ""
    const size = pixels(inherited(element, "font-size") ?? "12", 12)
    const { x, y, turned } = placeOf(element, size)
    const length = measured(text, size)
    const anchor = inherited(element, "text-anchor") ?? "start"
    const before = anchor === "end" ? length : anchor === "middle" ? length / 2 : 0
    return turned
      ? { text, left: x - ASCENT * size, right: x + DESCENT * size, top: y + before - length, bottom: y + before }
      : { text, left: x - before, right: x - before + length, top: y - ASCENT * size, bottom: y + DESCENT * size }
  })

/** Boxes of the rectangles of one mark. */
export const rectanglesOf = (mark: Drawn): readonly Box[] =>
  [...mark.querySelectorAll("rect")].map((element) => {
    const { x, y } = placeOf(element)
    const [width, height] = ["width", "height"].map((name) => Number(element.getAttribute(name)))
    return { text: element.textContent ?? "", left: x, right: x + width!, top: y, bottom: y + height! }
  })
