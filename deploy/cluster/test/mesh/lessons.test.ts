import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { gatewayApiLessons } from './gateway-api-lessons.ts'
import { istioLessons } from './istio-lessons.ts'
import { lessonsNotRun, overlaysNotRun, usualFolders } from './not-run.ts'
import { forwardGateway, type Overlay } from '../support/gateway.ts'
import { applyLesson, headOf, lessonFiles, undoLesson } from '../support/lesson.ts'
import { installOverlay, removeOverlay } from '../support/overlay.ts'
import { EFFECT_MS } from '../support/poll.ts'
import { count, readerAt } from '../support/reader.ts'
import { ENOUGH, page, type See } from '../support/see.ts'
import { giveCertificate, type Certificate } from '../support/tls.ts'

/** Whether all lessons are run, which takes a quarter of an hour. */
const ALL = process.env['BOOKINFO_LESSONS'] === 'all'

const lessons: { overlay: Overlay; files: Record<string, See> }[] = [
  { overlay: 'istio', files: istioLessons },
  { overlay: 'gateway-api', files: gatewayApiLessons }
]

test('every lesson is run, or has a reason why not', () => {
  const covered = [...lessons.flatMap(({ files }) => Object.keys(files)), ...Object.keys(lessonsNotRun)]
  const left = lessonFiles.filter((file) => !covered.includes(file)).flatMap((file) => headOf(file, 'Needs'))
  expect(left.filter((overlay) => !(overlay in overlaysNotRun))).toEqual([])
  expect(covered.filter((file) => !lessonFiles.includes(file))).toEqual([])
  expect(Object.keys(lessonsNotRun).length).toBeLessThanOrEqual(5)
})

describe.each(lessons)('on overlays/$overlay', ({ overlay, files }) => {
  let certificate: Certificate

  beforeAll(async () => {
    await installOverlay(overlay)
    certificate = await giveCertificate(overlay)
    await untilAsBefore(overlay)
  })
  afterAll(async () => {
    await certificate[Symbol.asyncDispose]()
    await removeOverlay(overlay)
  })

  test.each(Object.entries(files).filter(([file]) => ALL || usualFolders.includes(dirname(file))))(
    '%s',
    async (file, see) => {
      expect.hasAssertions()
      try {
        await applyLesson(file)
        await using way = await forwardGateway(overlay)
        await see(readerAt(way.url), certificate)
      } finally {
        await undoLesson(file, overlay)
        await untilAsBefore(overlay)
      }
    }
  )
})

/** Waits until the page is whole, and all three versions of reviews answer. */
async function untilAsBefore(overlay: Overlay): Promise<void> {
  const look = async () => {
    // A lesson may replace the gateway.
    await using way = await forwardGateway(overlay)
    const reader = readerAt(way.url)
    expect((await reader.ask(page)).body).not.toContain('currently unavailable')
    expect(Object.keys(count(await reader.stars(ENOUGH))).toSorted()).toEqual(['black', 'no stars', 'red'])
  }
  await vi.waitFor(look, { timeout: EFFECT_MS, interval: 250 })
}
