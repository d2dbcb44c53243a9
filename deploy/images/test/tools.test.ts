import { expect, test } from 'vitest'
import { requireTools } from '../src/tools.ts'

test('programs and files that are missing are named by their packages, once each', async () => {
  const here = { tar: { inPackage: 'tar' }, '/etc/passwd': { inPackage: 'base-passwd' } }
  const missing = {
    'no-such-program': { inPackage: 'one' },
    '/no/such/file': { inPackage: 'other' },
    '/no/such/file.too': { inPackage: 'other' }
  }
  await expect(requireTools('it', { ...here, ...missing })).rejects.toThrow(
    /^it needs more than is here: on Debian and Ubuntu, apt-get install one other$/
  )
})
