import { run } from '@bookinfo/cli'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** The configuration that cloud-init reads. */
export interface Seed {
  /** As KubeVirt's `cloudInitNoCloud` or `cloudInitConfigDrive` passes it. */
  kind: 'nocloud' | 'configdrive'
  userData: string | Buffer
  /** Name of the machine; in KubeVirt the name of the object. */
  hostname: string
  /** SSH keys, as `accessCredentials` passes them. */
  publicKeys?: readonly string[]
  networkData?: string
  /** The volume label, if it is not KubeVirt's. */
  label?: string
  /** ISO 9660 if absent. */
  fileSystem?: 'iso' | 'fat'
  /** virtio if absent. On SATA it is a CD-ROM. */
  bus?: 'virtio' | 'sata'
}

/** A seed that QEMU can attach: an ISO file, or a folder that QEMU presents as FAT. */
export interface SeedMedium {
  path: string
  isFolder: boolean
  label: string
  bus: 'virtio' | 'sata'
}

export const seedTools = { xorrisofs: { inPackage: 'xorriso' } }

/**
 * Writes a seed as KubeVirt does (`pkg/cloud-init/cloud-init.go`): ISO 9660 with the label that cloud-init looks for, metadata
 * as JSON, and a network configuration only if there is one.
 */
export async function writeSeed(path: string, seed: Seed): Promise<SeedMedium> {
  const folder = `${path}.d`
  const drive = seed.kind === 'nocloud' ? noCloud(seed) : configDrive(seed)
  for (const [name, content] of Object.entries(drive.files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  const { label = drive.label, bus = 'virtio' } = seed
  if (seed.fileSystem === 'fat') return { path: folder, isFolder: true, label, bus }
  await run('xorrisofs', ['-quiet', '-joliet', '-rock', '-volid', label, '-output', path, folder])
  return { path, isFolder: false, label, bus }
}

interface Drive {
  label: string
  files: Record<string, string | Buffer>
}

function noCloud({ userData, hostname, publicKeys = [], networkData }: Seed): Drive {
  const metaData = {
    'instance-type': '',
    'instance-id': `${hostname}.bookinfo`,
    'local-hostname': hostname,
    'public-keys': numbered(publicKeys)
  }
  return {
    label: 'cidata',
    files: {
      'user-data': userData,
      'meta-data': JSON.stringify(metaData),
      ...(networkData !== undefined && { 'network-config': networkData })
    }
  }
}

function configDrive({ userData, hostname, publicKeys = [], networkData }: Seed): Drive {
  const metaData = {
    instance_id: `${hostname}.bookinfo`,
    hostname,
    uuid: `${hostname}.bookinfo`,
    public_keys: numbered(publicKeys)
  }
  return {
    label: 'config-2',
    files: {
      'openstack/latest/user_data': userData,
      'openstack/latest/meta_data.json': JSON.stringify(metaData),
      ...(networkData !== undefined && { 'openstack/latest/network_data.json': networkData })
    }
  }
}

function numbered(keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(keys.map((key, index) => [String(index), key]))
}

/** User-data that gives the service its settings, as environment variables. */
export function settingsAsUserData(service: string, env: Readonly<Record<string, string>>): string {
  const content = Object.entries(env).map(([name, value]) => `${name}=${quoteForSystemd(value)}\n`)
  const file = { path: `/etc/bookinfo/${service}.env`, permissions: '0600', content: content.join('') }
  // JSON is YAML too, and needs no quoting rules.
  return `#cloud-config\n${JSON.stringify({ write_files: [file] }, undefined, 2)}\n`
}

/** Escapes the characters that are special within double quotes: systemd.exec(5), EnvironmentFile=. */
function quoteForSystemd(value: string): string {
  return `"${value.replaceAll(/["\\$`]/g, '\\$&')}"`
}
