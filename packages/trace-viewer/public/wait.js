// Updates a page marked data-wait when its missing spans have arrived, or some of them; gives up after 30 seconds.
const EVERY_MS = 1000
const LOOKS = 30
let looks = 0
let timer

if (showNotice(true)) timer = setInterval(look, EVERY_MS)

async function look() {
  // A click would be lost if what is pressed were replaced.
  if (document.hidden || document.querySelector('main :active')) return
  looks += 1
  const page = await fetchPage()
  if (page && isMore(page)) show(page)
  const isWaiting = showNotice(looks < LOOKS)
  if (!isWaiting || looks >= LOOKS) clearInterval(timer)
}

/** Whether the page has a notice, which it shows or hides. */
function showNotice(isShown) {
  const notice = document.querySelector('[data-wait]')
  if (notice) notice.hidden = !isShown
  return notice !== null
}

async function fetchPage() {
  try {
    const response = await fetch(location.href)
    return response.ok && new DOMParser().parseFromString(await response.text(), 'text/html')
  } catch {
    // The viewer does not answer.
    return undefined
  }
}

function isMore(page) {
  const [before, after] = [document, page].map((each) => each.querySelectorAll('.span').length)
  return page.querySelector('[data-wait]') === null || (before > 0 && after > before)
}

/** Spans that are open stay open, and the focus stays. */
function show(page) {
  const idOf = (span) => span?.querySelector('.span-details').id
  const open = [...document.querySelectorAll('.span[open]')].map(idOf)
  const focused = idOf(document.activeElement.closest('.span'))
  document.title = page.title
  document.querySelector('main').replaceWith(page.querySelector('main'))
  for (const span of document.querySelectorAll('.span')) {
    if (open.includes(idOf(span))) span.open = true
    if (focused === idOf(span)) span.querySelector('summary').focus({ preventScroll: true })
  }
  // The browser marks the span of the address anew.
  if (location.hash !== '') location.replace(location.hash)
}
