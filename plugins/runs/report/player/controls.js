/** Plays episodes: which one, when which frame, by pointer and by keys. Whoever calls it draws them. */
import { part, player } from "./content.js"

/** Seconds a frame is shown at most: worlds whose steps are long pass more quickly. */
const SLOWEST = 0.125

/** `draw(episode, frame, words)` draws a frame, whose words say which it is. */
export const playEpisodes = (episodes, draw) => {
  const [taskChoice, policyChoice, slider, time] = ["task", "policy", "frame", "time"].map(part)
  const [play, back, forward, worth] = ["play", "back", "forward", "worth"].map(part)
  let episode = episodes[0]
  let frame = 0
  /** When playing began, less what had been played before; nothing while it pauses. */
  let since

  const lastFrame = () => episode.steps.length - 1
  const pace = () => 1000 * Math.min(episode.secondsPerFrame, SLOWEST)

  const show = (at) => {
    const { task, policy, steps, secondsPerFrame } = episode
    frame = Math.min(Math.max(at, 0), lastFrame())
    const now = `step ${steps[frame]} of ${steps.at(-1)}, ${(frame * secondsPerFrame).toFixed(2)} s`
    slider.value = frame
    slider.setAttribute("aria-valuetext", now)
    time.textContent = now
    draw(episode, frame, `${task}, ${policy}, ${now}`)
  }

  const pause = () => {
    since = undefined
    play.textContent = "Play"
  }
  const tick = (now) => {
    if (since === undefined) return
    const at = Math.floor((now - since) / pace())
    if (at !== frame) show(at)
    if (frame === lastFrame()) pause()
    else requestAnimationFrame(tick)
  }
  const toggle = () => {
    if (since !== undefined) return pause()
    if (frame === lastFrame()) show(0)
    since = performance.now() - frame * pace()
    play.textContent = "Pause"
    requestAnimationFrame(tick)
  }
  const go = (at) => {
    pause()
    show(at)
  }

  const options = (choice, names) => choice.replaceChildren(...names.map((name) => new Option(name, name)))
  const choose = () => {
    const of = episodes.filter(({ task }) => task === taskChoice.value)
    const wanted = policyChoice.value
    episode = of.find(({ policy }) => policy === wanted) ?? of.find(({ own }) => own) ?? of[0]
    options(
      policyChoice,
      of.map(({ policy }) => policy)
    )
    policyChoice.value = episode.policy
    worth.textContent = episode.worth
    slider.max = lastFrame()
    go(0)
  }
  /** Of another task its own policy is shown first. */
  const chooseTask = () => {
    policyChoice.replaceChildren()
    choose()
  }

  play.addEventListener("click", toggle)
  back.addEventListener("click", () => go(frame - 1))
  forward.addEventListener("click", () => go(frame + 1))
  slider.addEventListener("input", () => go(Number(slider.value)))
  taskChoice.addEventListener("change", chooseTask)
  policyChoice.addEventListener("change", choose)

  const keys = {
    " ": toggle,
    ArrowLeft: () => go(frame - 1),
    ArrowRight: () => go(frame + 1),
    Home: () => go(0),
    End: () => go(lastFrame())
  }
  player.addEventListener("keydown", (event) => {
    const { key, target, altKey, ctrlKey, metaKey } = event
    // A button's own space presses it, a list's own keys choose.
    const own = target instanceof HTMLSelectElement || (key === " " && target instanceof HTMLButtonElement)
    if (own || altKey || ctrlKey || metaKey || !Object.hasOwn(keys, key)) return
    event.preventDefault()
    keys[key]()
  })

  options(taskChoice, [...new Set(episodes.map(({ task }) => task))])
  player.hidden = false
  document.querySelector("[data-note]")?.remove()
  chooseTask()
  return { redraw: () => show(frame) }
}
