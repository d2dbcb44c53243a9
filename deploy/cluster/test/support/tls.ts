import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { forwardGateway, gateways, type Overlay } from './gateway.ts'
import { kubectl } from './kubectl.ts'

const TIMEOUT_MS = 10_000
const NAME = 'bookinfo-certificate'

/** A certificate for localhost that the gateway has as a Secret, as the lesson says. */
export interface Certificate extends AsyncDisposable {
  pem: string
}

export async function giveCertificate(overlay: Overlay): Promise<Certificate> {
  const { namespace } = gateways[overlay]
  const folder = mkdtempSync(join(tmpdir(), 'bookinfo-tls-'))
  const [key, certificate] = [join(folder, 'tls.key'), join(folder, 'tls.crt')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', ...subject]
  execFileSync('openssl', [...made, '-keyout', key, '-out', certificate], { stdio: 'pipe' })
  await kubectl(['-n', namespace, 'create', 'secret', 'tls', NAME, `--cert=${certificate}`, `--key=${key}`])
  const pem = readFileSync(certificate, 'utf8')
  rmSync(folder, { recursive: true })
  return {
    pem,
    async [Symbol.asyncDispose]() {
      await kubectl(['-n', namespace, 'delete', 'secret', NAME, '--ignore-not-found'])
    }
  }
}

/** Asks for the page by TLS. @returns its HTML, or why there is none */
export async function pageByTls({ pem }: Certificate, overlay: Overlay): Promise<string> {
  await using way = await forwardGateway(overlay, 443)
  const url = `${way.url.replace('http://127.0.0.1', 'https://localhost')}/productpage`
  // Returned at once, the promise would outlive the way in.
  const page = await new Promise<string>((resolve) => {
    const request = get(url, { ca: pem, family: 4, agent: false, timeout: TIMEOUT_MS }, (response) =>
      text(response).then(resolve, (error: unknown) => resolve(String(error)))
    )
    request.on('timeout', () => request.destroy(new Error('timeout')))
    request.on('error', (error) => resolve(error.message))
  })
  return page
}
