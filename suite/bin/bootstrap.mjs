#!/usr/bin/env node
// The root scripts begin here, on whatever Node the machine has. So this folder is plain JavaScript without packages and
// without anything newer than Node 14, which is why it says 'fs' and not 'node:fs'.
import { commands } from './commands.mjs'
import { installIfNeeded } from './install.mjs'
import { chooseNode } from './node.mjs'
import { fail } from './run.mjs'

async function main() {
  const [name, ...args] = process.argv.slice(2)
  const command = Object.keys(commands).includes(name) ? commands[name] : undefined
  if (!command) fail(`usage: node suite/bin/bootstrap.mjs ${Object.keys(commands).join('|')} [arguments]`)
  await installIfNeeded()
  const node = chooseNode()
  process.exitCode = await command(node, args)
}

void main()
