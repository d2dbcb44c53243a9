// Updates the parts marked data-live every second, as a reload would.
const EVERY_MS = 1000
const button = document.getElementById('live')

if (button) {
  button.hidden = false
  button.addEventListener('click', () => {
    const live = button.getAttribute('aria-pressed') !== 'true'
    button.setAttribute('aria-pressed', String(live))
    if (live) void refresh()
  })
  setInterval(refresh, EVERY_MS)
}

const file = document.getElementById('file')

// Takes a saved run that is dropped anywhere on the page; without this script its field takes it.
if (file) {
  document.addEventListener('dragover', (event) => {
    if (event.dataTransfer.types.includes('Files')) event.preventDefault()
  })
  document.addEventListener('drop', (event) => {
    if (event.dataTransfer.files.length === 0) return
    event.preventDefault()
    file.files = event.dataTransfer.files
    file.form.requestSubmit()
  })
}

async function refresh() {
  if (document.hidden || button.getAttribute('aria-pressed') !== 'true') return
  try {
    const response = await fetch(location.href)
    if (!response.ok) throw new Error(response.statusText)
    const page = new DOMParser().parseFromString(await response.text(), 'text/html')
    for (const part of document.querySelectorAll('[data-live]')) replace(part, page.getElementById(part.id))
    button.classList.remove('lost')
  } catch {
    // The viewer does not answer: the last content stays.
    button.classList.add('lost')
  }
}

function replace(part, next) {
  // A click would be lost if what is pressed were replaced.
  const isBeingUsed = (part.matches('select') && part === document.activeElement) || part.querySelector(':active')
  if (!next || isBeingUsed || part.innerHTML === next.innerHTML) return
  const focused = part.contains(document.activeElement) ? document.activeElement.getAttribute('href') : null
  const chosen = part.value
  const scrolled = [...part.querySelectorAll('.scroll')].map((box) => box.scrollLeft)
  part.replaceChildren(...next.childNodes)
  if (chosen !== undefined) part.value = chosen
  part.querySelectorAll('.scroll').forEach((box, index) => (box.scrollLeft = scrolled[index] ?? 0))
  if (focused) part.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus()
}
