import forge from 'node-forge'
import { generateKeyPairSync } from 'node:crypto'

/** A certificate authority that nobody trusts by itself. */
export interface Authority {
  /** PEM, to be trusted. */
  certificate: string
  /** A certificate for a server by these names, with its key, in PEM. */
  issue(...hosts: string[]): { cert: string; key: string }
}

const DAY_MS = 24 * 60 * 60 * 1000

export function createAuthority(): Authority {
  const ca = keys()
  const name = [{ name: 'commonName', value: 'An authority of the tests' }]
  const certificate = create(name, name, ca.publicKey, [
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, critical: true }
  ])
  certificate.sign(ca.privateKey, forge.md.sha256.create())
  return {
    certificate: forge.pki.certificateToPem(certificate),
    issue(...hosts) {
      const own = keys()
      const altNames = hosts.map((value) => ({ type: 2, value }))
      const subject = [{ name: 'commonName', value: hosts[0] ?? '' }]
      const leaf = create(subject, name, own.publicKey, [{ name: 'subjectAltName', altNames }])
      leaf.sign(ca.privateKey, forge.md.sha256.create())
      return { cert: forge.pki.certificateToPem(leaf), key: forge.pki.privateKeyToPem(own.privateKey) }
    }
  }
}

/** Node makes keys many times as fast as JavaScript. */
function keys() {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' }
  })
  return { publicKey: forge.pki.publicKeyFromPem(publicKey), privateKey: forge.pki.privateKeyFromPem(privateKey) }
}

let serial = 0

function create(
  subject: forge.pki.CertificateField[],
  issuer: forge.pki.CertificateField[],
  publicKey: forge.pki.PublicKey,
  extensions: object[]
): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate()
  serial += 1
  certificate.serialNumber = serial.toString(16).padStart(2, '0')
  certificate.publicKey = publicKey
  certificate.validity.notBefore = new Date(Date.now() - DAY_MS)
  certificate.validity.notAfter = new Date(Date.now() + DAY_MS)
  certificate.setSubject(subject)
  certificate.setIssuer(issuer)
  certificate.setExtensions(extensions)
  return certificate
}
