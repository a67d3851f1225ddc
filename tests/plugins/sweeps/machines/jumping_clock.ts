/** Makes this process's clock a day late, then a day early, every other second. */
const [now, day] = [Date.now.bind(Date), 86_400_000]
Date.now = () => now() + (Math.floor(now() / 1000) % 2 === 0 ? -day : day)
