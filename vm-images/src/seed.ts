import { run } from '@bookinfo/images'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** What cloud-init is told. */
export interface Seed {
  /** As KubeVirt's `cloudInitNoCloud` or `cloudInitConfigDrive` hands it over. */
  kind: 'nocloud' | 'configdrive'
  userData: string | Buffer
  /** Name of the machine; of KubeVirt's object, there. */
  hostname: string
  /** SSH keys, as `accessCredentials` brings them. */
  publicKeys?: readonly string[]
  networkData?: string
}

export const seedTools = { xorrisofs: { inPackage: 'xorriso' } }

/**
 * Writes the disk with what cloud-init is told, as KubeVirt does (`pkg/cloud-init/cloud-init.go`): ISO 9660 with the volume's
 * name that cloud-init looks for, metadata as JSON, a network configuration only if there is one.
 */
export async function writeSeed(file: string, seed: Seed): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'bookinfo-seed-'))
  try {
    const { volume, files } = seed.kind === 'nocloud' ? noCloud(seed) : configDrive(seed)
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), content)
    }
    await run('xorrisofs', ['-quiet', '-joliet', '-rock', '-volid', volume, '-output', file, folder])
  } finally {
    await rm(folder, { recursive: true })
  }
}

interface Drive {
  volume: string
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
    volume: 'cidata',
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
    volume: 'config-2',
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
  // JSON is YAML too, with fewer surprises.
  return `#cloud-config\n${JSON.stringify({ write_files: [file] }, undefined, 2)}\n`
}

/** systemd.exec(5), EnvironmentFile=: within double quotes these have a meaning. */
function quoteForSystemd(value: string): string {
  return `"${value.replaceAll(/["\\$`]/g, '\\$&')}"`
}
