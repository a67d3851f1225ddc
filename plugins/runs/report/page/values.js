/** Tells the values of a report's figures: under the pointer, and by keys. A point is what has a title in the drawing. */

const SVG = "http://www.w3.org/2000/svg"
/** Pixels within which the pointer means a point. */
const NEAR = 32
/** Pixels between a point and what is said of it. */
const GAP = 12

const bubble = document.createElement("div")
bubble.className = "bubble"
bubble.hidden = true
// Who hears the page is told by the figure itself.
bubble.setAttribute("aria-hidden", "true")
document.body.append(bubble)

const centre = (element) => {
  const { left, right, top, bottom } = element.getBoundingClientRect()
  return { x: (left + right) / 2, y: (top + bottom) / 2, top }
}

/** Above the point where there is room, and never beyond the sides of the window. */
const placeBubble = ({ x, y, top }) => {
  bubble.style.left = bubble.style.top = "0"
  const { width, height } = bubble.getBoundingClientRect()
  const left = Math.max(4, Math.min(x - width / 2, document.documentElement.clientWidth - width - 4))
  const above = top - height - GAP
  bubble.style.left = `${left + scrollX}px`
  bubble.style.top = `${(above > 4 ? above : y + GAP) + scrollY}px`
}

/** Takes the titles, which browsers would show beside the bubble, and gives what they say. */
const pointsOf = (svg) =>
  Array.from(svg.querySelectorAll("title"), (title) => {
    const point = { element: title.parentElement, text: title.textContent }
    title.remove()
    return point
  })

const readable = (svg) => {
  const points = pointsOf(svg)
  if (points.length === 0) return
  const places = new Map(points.map(({ element }, i) => [element, i]))
  const ring = svg.appendChild(document.createElementNS(SVG, "circle"))
  ring.setAttribute("class", "ring")
  ring.setAttribute("r", "9")
  ring.setAttribute("visibility", "hidden")
  let at = 0

  const hide = () => {
    bubble.hidden = true
    ring.setAttribute("visibility", "hidden")
  }
  const show = (number) => {
    at = number
    const { element, text } = points[at]
    const place = centre(element)
    const inside = new DOMPoint(place.x, place.y).matrixTransform(svg.getScreenCTM().inverse())
    ring.setAttribute("cx", inside.x)
    ring.setAttribute("cy", inside.y)
    ring.setAttribute("visibility", "visible")
    svg.setAttribute("aria-valuenow", at + 1)
    svg.setAttribute("aria-valuetext", text)
    bubble.textContent = text
    bubble.hidden = false
    placeBubble(place)
  }

  /** The point that the pointer is on, or the nearest to it. */
  const meant = ({ target, clientX, clientY }) => {
    for (let e = target; e !== svg && e !== null; e = e.parentElement) if (places.has(e)) return places.get(e)
    const far = points.map(({ element }) => {
      const { x, y } = centre(element)
      return Math.hypot(x - clientX, y - clientY)
    })
    const nearest = far.indexOf(Math.min(...far))
    return far[nearest] <= NEAR ? nearest : undefined
  }
  /** The nearest point above (−1) or below (1), first by how far aside it is; the same where there is none. */
  const beyond = (way) => {
    const from = centre(points[at].element)
    const others = points.map(({ element }, number) => {
      const { x, y } = centre(element)
      return { number, down: way * (y - from.y), aside: Math.abs(x - from.x) }
    })
    const there = others.filter(({ down }) => down > 1).sort((a, b) => a.aside - b.aside || a.down - b.down)
    return there[0]?.number ?? at
  }

  const last = points.length - 1
  const keys = {
    ArrowRight: () => Math.min(at + 1, last),
    ArrowLeft: () => Math.max(at - 1, 0),
    ArrowUp: () => beyond(-1),
    ArrowDown: () => beyond(1),
    Home: () => 0,
    End: () => last
  }
  svg.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    if (event.key === "Escape") return hide()
    if (!Object.hasOwn(keys, event.key)) return
    event.preventDefault()
    show(keys[event.key]())
  })
  const follow = (event) => {
    const number = meant(event)
    if (number === undefined) hide()
    else show(number)
  }
  svg.addEventListener("pointermove", follow)
  svg.addEventListener("pointerdown", follow)
  svg.addEventListener("pointerleave", () => (svg.matches(":focus-visible") ? show(at) : hide()))
  svg.addEventListener("focus", () => svg.matches(":focus-visible") && show(at))
  svg.addEventListener("blur", hide)

  // A figure is heard as a picture with a value that keys change.
  svg.setAttribute("role", "slider")
  svg.setAttribute("tabindex", "0")
  svg.setAttribute("aria-roledescription", "figure, arrow keys tell its values")
  for (const [name, value] of Object.entries({ valuemin: 1, valuemax: points.length, valuenow: 1 }))
    svg.setAttribute(`aria-${name}`, value)
  svg.setAttribute("aria-valuetext", points[0].text)
}

for (const svg of document.querySelectorAll("svg.plot")) readable(svg)
