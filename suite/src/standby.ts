import { once } from 'node:events'

// Run in place of a service's main.ts by hot reload: it loads the service's packages ahead and waits for the word to go on
// with main.ts. After a change only our own sources are left to load, which takes a third of the time.
const [main = '', ...packages] = process.argv.slice(2)
process.argv = process.argv.slice(0, 1).concat(main)

// The launcher is gone: nobody is left to give the word.
const giveUp = () => process.exit()
process.once('disconnect', giveUp)

const word = once(process, 'message')
// One that cannot be found from here is loaded later, from where it is needed.
await Promise.allSettled(packages.map((name) => import(name)))
await word
process.off('disconnect', giveUp)
await import(main)
