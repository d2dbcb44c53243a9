import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

const ROOT = join(import.meta.dirname, '../..')

interface Workflow {
  jobs: Record<string, { 'timeout-minutes'?: number; needs?: string; steps: { run?: string; uses?: string }[] }>
}

const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

describe.each(globSync('.github/workflows/*.{yml,yaml}', { cwd: ROOT }))('%s', (file) => {
  const { jobs }: Workflow = parse(readFileSync(join(ROOT, file), 'utf8'))
  const steps = Object.values(jobs).flatMap((job) => job.steps)
  const runs = steps.flatMap(({ run }) => (run === undefined ? [] : [run]))

  test('every job has a time limit, and waits for jobs that exist', () => {
    for (const job of Object.values(jobs)) {
      expect(job['timeout-minutes']).toBeGreaterThan(0)
      expect(Object.keys(jobs)).toContain(job.needs ?? Object.keys(jobs)[0])
    }
  })

  test('every step is a command in the syntax of bash, or the one action that is trusted', () => {
    for (const run of runs) execFileSync('bash', ['-n'], { input: run })
    expect(steps.flatMap(({ uses }) => uses ?? []).filter((uses) => uses !== 'actions/checkout@v4')).toEqual([])
  })

  test('scripts of the repository exist, and so do files that are named', () => {
    const commands = runs.flatMap((run) => [...run.matchAll(/\bnpm run ([\w:]+)/g)].map(([, name = '']) => name))
    expect(commands.filter((name) => !(name in scripts))).toEqual([])
    const files = runs.flatMap((run) =>
      [...run.matchAll(/(?<=\s)[\w.-]+\/[\w./-]+\.(?:txt|sh)\b/g)].map(([path]) => path)
    )
    expect(files.filter((path) => globSync(path, { cwd: ROOT }).length === 0)).toEqual([])
  })

  test('the options of those scripts are ones that their help lists', () => {
    const used = runs.flatMap((run) => [...run.matchAll(/\bnpm run ([\w:]+) -- (.*)/g)])
    for (const [, name = '', args = ''] of used) {
      const help = execFileSync(process.execPath, ['suite/bin/bootstrap.mjs', name, '--help'], {
        cwd: ROOT,
        encoding: 'utf8'
      })
      for (const [option] of args.matchAll(/--[a-z]+/g)) expect(help).toContain(option)
    }
  })
})
