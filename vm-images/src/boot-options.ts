import { parseOptions, readNumber, refuse } from '@bookinfo/cli'
import { readFileSync } from 'node:fs'
import { chooseImage, type Image } from './image.ts'
import type { Hardware } from './qemu.ts'
import type { Seed } from './seed.ts'

export interface BootOptions {
  image: Image
  host: string
  port: number
  memoryMiB: number
  cpus: number
  firmware: Hardware['firmware']
  /** Undefined for no seed. */
  seed: Seed['kind'] | undefined
  userData: Buffer | undefined
  /** The file of the machine's second disk, if it has one. */
  data: string | undefined
  /** The file for the console's text; the terminal if undefined. */
  log: string | undefined
  help: boolean
}

const HELP = 'npm run vm:boot -- --help'

export const bootUsage = `Usage: npm run vm:boot -- [image] [options]

  image             details or mysql (default details)
  --port N          port on this machine (default 9081 for details, 3306 for mysql)
  --memory MIB      memory (default 512; 256 is enough)
  --cpus N          processors (default 1)
  --uefi            boot by UEFI, not by BIOS
  --secure-boot     boot by UEFI with Secure Boot; amd64 only
  --user-data FILE  user-data for cloud-init (default a small example)
  --seed KIND       nocloud, configdrive or none (default nocloud)
  --data FILE       a second disk that keeps the data of mysql; made if it is absent
  --log FILE        write the machine's console to a file, not to the terminal
  --help            show this
`

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const
const options = {
  port: text,
  memory: text,
  cpus: text,
  uefi: flag,
  'secure-boot': flag,
  'user-data': text,
  seed: text,
  data: text,
  log: text,
  help: flag
}

const seeds = ['nocloud', 'configdrive'] as const

/** @throws Failure that names the wrong argument and the allowed values */
export function bootOptions(argv: readonly string[]): BootOptions {
  const { values, positionals } = parseOptions(argv, { options, help: HELP })
  const image = chooseImage(positionals, HELP)
  const seed = values.seed ?? 'nocloud'
  const kind = seeds.find((each) => each === seed)
  if (kind === undefined && seed !== 'none') refuse('--seed', seed, `${seeds.join(', ')} or none`)
  return {
    image,
    // Only this host can connect.
    host: '127.0.0.1',
    port: readNumber('--port', values.port ?? String(image.example.port), { least: 1, greatest: 65_535 }),
    memoryMiB: readNumber('--memory', values.memory ?? '512', { least: 128, greatest: 65_536 }),
    cpus: readNumber('--cpus', values.cpus ?? '1', { least: 1, greatest: 64 }),
    firmware: values['secure-boot'] === true ? 'secure-boot' : values.uefi === true ? 'uefi' : 'bios',
    seed: kind,
    userData: values['user-data'] === undefined ? undefined : readUserData(values['user-data']),
    data: values.data,
    log: values.log,
    help: values.help === true
  }
}

function readUserData(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    return refuse('--user-data', file, `a readable file (${error instanceof Error ? error.message : String(error)})`)
  }
}
