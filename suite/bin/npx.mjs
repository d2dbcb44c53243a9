#!/usr/bin/env node
// The program of the npm package. Like the bootstrap it is plain JavaScript, which an older Node can read.
import { chooseNode } from './node.mjs'

// Ends with one sentence if the machine's Node is too old.
chooseNode()
await import('../dist/main.js')
