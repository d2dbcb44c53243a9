// Reloads a page marked data-wait when its missing spans have arrived; gives up after 30 seconds.
const EVERY_MS = 1000
const LOOKS = 30
const notice = document.querySelector('[data-wait]')
let looks = 0

if (notice) {
  notice.hidden = false
  const timer = setInterval(look, EVERY_MS)

  async function look() {
    if (document.hidden) return
    looks += 1
    if (looks >= LOOKS) stop()
    if (await hasCome()) location.reload()
  }

  function stop() {
    clearInterval(timer)
    notice.hidden = true
  }
}

async function hasCome() {
  try {
    const response = await fetch(location.href)
    const page = new DOMParser().parseFromString(await response.text(), 'text/html')
    return response.ok && page.querySelector('[data-wait]') === null
  } catch {
    // The viewer does not answer.
    return false
  }
}
