import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { gatewayApiLessons } from './gateway-api-lessons.ts'
import { istioLessons } from './istio-lessons.ts'
import { lessonsNotRun, overlaysNotRun, usualFolders } from './not-run.ts'
import { forwardGateway, type Overlay } from '../support/gateway.ts'
import { applyLesson, headOf, lessonFiles, undoLesson } from '../support/lesson.ts'
import { installOverlay, removeOverlay } from '../support/overlay.ts'
import { readerAt } from '../support/reader.ts'
import type { See } from '../support/see.ts'
import { giveCertificate, type Certificate } from '../support/tls.ts'
import { untilWhole } from '../support/whole.ts'

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
    await untilWhole(() => forwardGateway(overlay))
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
        await untilWhole(() => forwardGateway(overlay))
      }
    }
  )
})
