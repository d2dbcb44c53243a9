// Sums up the reports that vitest has left in every workspace, and fails if one is missing or a test was skipped.
// Usage: node .ci/sum-results.mjs SCRIPT...: the test scripts that have run.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'))
const workspaces = readJson('package.json').workspaces.flatMap((pattern) =>
  pattern.endsWith('/*') ? readdirSync(pattern.slice(0, -2)).map((name) => pattern.replace('*', name)) : [pattern]
)
const exists = (folder) => existsSync(`${folder}/package.json`)
const scripts = process.argv.slice(2)
if (scripts.length === 0) throw new Error('Name the test scripts that have run, such as "test" or "test:images".')
// The script "test" leaves vitest.json, and "test:images" vitest-images.json.
const reportOf = (script) => `${script.replace('test', 'vitest').replace(':', '-')}.json`
const expected = workspaces.filter(exists).flatMap((folder) => {
  const names = scripts.filter((name) => name in (readJson(`${folder}/package.json`).scripts ?? {}))
  return names.map((name) => `${folder}/.turbo/${reportOf(name)}`)
})
for (const script of scripts.filter((name) => !expected.some((file) => file.endsWith(reportOf(name)))))
  throw new Error(`No workspace has a script ${script}. Name one that has run, such as "test" or "test:images".`)
const missing = expected.filter((file) => !existsSync(file))
const reports = expected.filter((file) => !missing.includes(file)).map(readJson)
const sum = (field) => reports.reduce((total, report) => total + report[field], 0)
const skipped = sum('numPendingTests') + sum('numTodoTests')

// A file that could not even be loaded has failed, whatever tests are in it.
const failures = reports.flatMap(({ testResults }) =>
  testResults.flatMap(({ name, status, message, assertionResults }) =>
    status === 'failed' && assertionResults.length === 0
      ? [`${relative('.', name)} could not be loaded: ${message}`]
      : assertionResults
          .filter((test) => test.status === 'failed')
          .map((test) => `${relative('.', name)}: ${test.fullName}\n  ${test.failureMessages.join('\n  ')}`)
  )
)

// The tests of clusters take longest, so each file of them has a line.
const inClusters = expected.filter((file) => file.startsWith('deploy/cluster/') && existsSync(file)).map(readJson)
for (const { name, startTime, endTime, assertionResults } of inClusters.flatMap(({ testResults }) => testResults)) {
  const passed = assertionResults.filter(({ status }) => status === 'passed').length
  const seconds = Math.round((endTime - startTime) / 1000)
  process.stdout.write(`${passed} of ${assertionResults.length} passed in ${seconds} s: ${relative('.', name)}\n`)
}

// Last, so that whoever sees only the end of a long output sees what went wrong.
for (const failure of failures) process.stdout.write(`FAILED ${failure}\n`)
if (missing.length > 0) process.stdout.write(`no results in ${missing.join(', ')}\n`)
if (skipped > 0) process.stdout.write(`${skipped} skipped, and none may be\n`)
process.stdout.write(`${sum('numPassedTests')} passed, ${failures.length} failed\n`)
process.exitCode = missing.length + skipped + failures.length > 0 ? 1 : 0
