import { Failure, print, ROOT } from '@bookinfo/cli'
import {
  applyCombination,
  forward,
  forwardGateway,
  kubectl,
  lessonPath,
  machineInTraceMode,
  waitForDeployments
} from '@bookinfo/cluster/testing'
import { decodeSpans, type OtlpRequest } from '@bookinfo/trace-viewer/testing'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { launchBrowser } from '../e2e/browser.ts'
import { joinFrames, type Frame } from './animated-webp.ts'
import { setGuestClock } from './guest-clock.ts'
import { jaegerAt, type Jaeger } from './jaeger.ts'
import { drawTerminal } from './terminal.ts'
import { SPLIT_SIZE, splitFrame, traceFrame } from './viewer-pictures.ts'

const inBookinfo = ['-n', 'bookinfo']
const FOLDER = join(ROOT, 'deploy/lessons/virtual-machine')
/** The shares of the machine, in percent: there is a lesson for each. */
const WEIGHTS = [0, 10, 50, 100]
/** How many answers the viewer shows. */
const ANSWERS = 100
const PAUSE_MS = 200
/** Sidecars take seconds for a new weight. */
const EFFECT_MS = 10_000
const ROUNDS = 4
/** Pages before one is traced: the first are slow. */
const WARM = 20

/** Takes the pictures of the lesson virtual-machine in the cluster that KUBECONFIG names. The suite stays there. */
export async function takeMachinePictures(): Promise<void> {
  await requireCluster()
  await removeContainer()
  await install('kubevirt')
  await save('machine.svg', drawTerminal(await listMachine(), 'details-v1-vm'))
  await install('hybrid')
  await setGuestClock()
  await using gateway = await forwardGateway('istio')
  await using pages = await forward('jaeger-query', 16686)
  const jaeger = jaegerAt(pages.url)
  const browser = await launchBrowser()
  try {
    const frames: Frame[] = []
    for (const weight of WEIGHTS)
      frames.push(await splitFrame(browser, await split(weight, gateway.url, jaeger), weight))
    await save('split.webp', joinFrames(frames, SPLIT_SIZE))
    const { picture } = await traceFrame(browser, await tracePage(gateway.url, jaeger))
    await save('trace.webp', picture)
  } finally {
    await browser.close()
  }
}

async function save(name: string, picture: string | Buffer): Promise<void> {
  await writeFile(join(FOLDER, name), picture)
  print(join(FOLDER, name))
}

async function requireCluster(): Promise<void> {
  if (!process.env['KUBECONFIG'])
    throw new Failure(
      'KUBECONFIG must name a cluster with Istio, Jaeger, KubeVirt and the images; for one of our own: ' +
        'npm run cluster -- run npm run pictures -- cluster'
    )
  await kubectl(['get', 'kubevirt', '--all-namespaces']).catch((error: unknown) => {
    throw new Failure(`the cluster must have KubeVirt: ${String(error)}`, { cause: error })
  })
}

/** Those of an earlier time, so that the machine is alone at first. */
async function removeContainer(): Promise<void> {
  const objects = ['virtualservice/details', 'deployment/details-v1', 'poddisruptionbudget/details']
  await kubectl([...inBookinfo, 'delete', '--ignore-not-found', ...objects])
  const pods = ['pods', '--selector=app=details,runtime=container']
  await kubectl([...inBookinfo, 'wait', '--for=delete', ...pods, '--timeout=120s'])
}

async function install(overlay: 'hybrid' | 'kubevirt'): Promise<void> {
  await applyCombination(machineInTraceMode(overlay))
  await waitForDeployments()
  await kubectl([...inBookinfo, 'rollout', 'status', 'deployment/jaeger', '--timeout=120s'])
  await kubectl([...inBookinfo, 'wait', '--for=condition=ready', 'vm/details-v1-vm', '--timeout=12m'])
}

/** Each kind by itself: the lines are short enough for a phone. */
async function listMachine(): Promise<string> {
  const shown: string[] = []
  for (const kind of ['vm', 'vmi', 'pods']) {
    const command = [...inBookinfo, 'get', kind]
    const { stdout } = await kubectl(command)
    shown.push(`$ kubectl ${command.join(' ')}\n${stdout}`)
  }
  return shown.join('\n')
}

/** Gives the machine a share of the requests. @returns the traces of as many requests as the viewer shows, once it has it */
async function split(weight: number, gateway: string, jaeger: Jaeger): Promise<OtlpRequest> {
  await kubectl(['apply', '-f', lessonPath(`virtual-machine/details-vm-${weight}.yaml`)])
  // The count of independent tries may be 4.5 standard deviations off.
  const bound = 4.5 * Math.sqrt((ANSWERS * weight * (100 - weight)) / 10_000)
  for (let round = 0; round < ROUNDS; round += 1) {
    await sleep(EFFECT_MS)
    const since = new Date()
    for (let request = 0; request < ANSWERS; request += 1) {
      await read(`${gateway}/api/v1/products/0`)
      await sleep(PAUSE_MS)
    }
    const traces = await jaeger.traces(since, { service: 'details', spans: ANSWERS })
    const answers = decodeSpans(Buffer.from(JSON.stringify(traces)), 'json').filter(
      ({ resource }) => resource.service === 'details'
    )
    const byMachine = answers.filter(({ resource }) => resource.version === 'v1 vm').length
    if (Math.abs(byMachine - (ANSWERS * weight) / 100) <= bound) return traces
  }
  throw new Failure(`the machine does not answer ${weight} of 100 requests: see kubectl -n bookinfo get virtualservice`)
}

/** A page by reviews v1, whose trace is short, since they ask for no ratings. */
async function tracePage(gateway: string, jaeger: Jaeger): Promise<OtlpRequest> {
  for (let page = 0; page < ANSWERS; page += 1) {
    const body = await read(`${gateway}/productpage`)
    const [, id] = /\/trace\/([0-9a-f]{32})"/.exec(body) ?? []
    if (id === undefined) throw new Failure('the page must link to its trace: see components/trace-mode')
    if (page >= WARM && /class="version mark">reviews v1</.test(body)) return jaeger.trace(id)
    await sleep(PAUSE_MS)
  }
  throw new Failure('no page is by reviews v1: see whether they run')
}

async function read(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(30_000) })
  if (!response.ok) throw new Failure(`${url} answered ${response.status}: see whether all pods are ready`)
  return response.text()
}
