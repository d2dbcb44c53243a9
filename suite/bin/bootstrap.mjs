#!/usr/bin/env node
// All root scripts begin here, with the Node of the machine. So this folder is plain JavaScript without packages, in the syntax
// of Node 18. An older Node that reads it gets one sentence from node.mjs.
import { commands } from './commands.mjs'
import { help } from './help.mjs'
import { installIfNeeded, isInstalled } from './install.mjs'
import { chooseNode } from './node.mjs'
import { fail } from './run.mjs'

const [name, ...args] = process.argv.slice(2)
if (!Object.keys(commands).includes(name))
  fail(`usage: node suite/bin/bootstrap.mjs ${Object.keys(commands).join('|')} [arguments]`)

if (args.includes('--help') && (!help[name].own || !isInstalled())) {
  const more = help[name].own ? '\nThe options are listed once the packages are installed: npm ci' : ''
  process.stdout.write(`${help[name].text}${more}\n`)
} else {
  await installIfNeeded()
  process.exitCode = await commands[name](chooseNode(), args)
}
