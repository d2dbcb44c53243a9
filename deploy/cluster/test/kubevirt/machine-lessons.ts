import { expect } from 'vitest'
import { istioLessons } from '../mesh/istio-lessons.ts'
import { runInPod } from '../support/kubectl.ts'
import { applyLesson } from '../support/lesson.ts'
import { detailsPod } from '../support/machine.ts'
import { until } from '../support/poll.ts'
import { product, type See } from '../support/see.ts'
import { countAnswers, seeMachineShare, settledAnswers } from '../support/see-machine.ts'
import { askSidecar } from '../support/sidecar.ts'
import { ENOUGH } from '../support/whole.ts'

const ALL_TO_MACHINE = 'virtual-machine/details-vm-100.yaml'

/** Lessons of the virtual machine, and what their heads say under "See". */
export const machineLessons: Record<string, See> = {
  'virtual-machine/details-vm-0.yaml': (reader) => seeMachineShare(reader, 0),
  'virtual-machine/details-vm-10.yaml': (reader) => seeMachineShare(reader, 0.1),
  'virtual-machine/details-vm-50.yaml': (reader) => seeMachineShare(reader, 0.5),
  [ALL_TO_MACHINE]: (reader) => seeMachineShare(reader, 1),

  'virtual-machine/mirror-to-vm.yaml': async (reader) => {
    await until(async () => {
      const before = await settledAnswers()
      for (let request = 0; request < ENOUGH; request++) expect((await reader.ask(product)).status).toBe(200)
      const after = await settledAnswers()
      return { container: after.container - before.container, vm: after.vm - before.vm }
    }).toEqual({ container: ENOUGH, vm: ENOUGH })
  },

  'virtual-machine/eject-sick-vm.yaml': async (reader) => {
    const { ip } = await detailsPod('vm')
    const clusters = async () => {
      await reader.ask(product)
      const lines = (await askSidecar('deployment/productpage-v1', 'GET', 'clusters')).split('\n')
      return lines.filter((line) => line.includes('details.') && line.includes('failed_outlier_check'))
    }
    await until(clusters).toEqual([expect.stringContaining(`::${ip}:9080::health_flags::`)])
    const before = await countAnswers()
    for (let request = 0; request < ENOUGH; request++) expect((await reader.ask(product)).status).toBe(200)
    expect((await countAnswers()).container - before.container).toBe(ENOUGH)
  },

  'virtual-machine/details-from-productpage-only.yaml': async (reader) => {
    await applyLesson(ALL_TO_MACHINE)
    await seeMachineShare(reader, 1)
    const before = await countAnswers()
    const script = `
      const response = await fetch('http://details:9080/details/0')
      console.log(response.status, await response.text())`
    await until(() => runInPod('deployment/ratings-v1', script)).toBe('403 RBAC: access denied')
    expect(await countAnswers()).toEqual(before)
  },

  'virtual-machine/jwt.yaml': async (reader, certificate) => {
    await applyLesson(ALL_TO_MACHINE)
    const before = await countAnswers()
    await istioLessons['virtual-machine/jwt.yaml']?.(reader, certificate)
    expect((await countAnswers()).vm).toBeGreaterThan(before.vm)
  }
}
