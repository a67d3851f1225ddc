// Puts newer parts of the page in their places, as the server sends them. What is markup was made there, from escaped text.
const status = document.getElementById("connection")
const source = new EventSource(`/events${location.pathname === "/run" ? location.search : ""}`)

source.addEventListener("parts", ({ data }) => {
  for (const [name, markup] of Object.entries(JSON.parse(data))) {
    const place = document.getElementById(name)
    if (place === null) continue
    const open = [...place.querySelectorAll("details")].map((details) => details.open)
    place.innerHTML = markup
    for (const [i, details] of [...place.querySelectorAll("details")].entries()) details.open = open[i] === true
  }
})
source.addEventListener("open", () => {
  status.textContent = ""
})
source.addEventListener("error", () => {
  status.textContent = "No connection: pgex watch has ended, or cannot be reached."
})
