import { expect, test } from 'vitest'
import { requireTools } from '../src/index.ts'

test('a missing program or file is reported with its package, once', async () => {
  const here = { tar: { inPackage: 'tar' }, '/etc/passwd': { inPackage: 'base-passwd' } }
  const missing = {
    'no-such-program': { inPackage: 'one' },
    '/no/such/file': { inPackage: 'other' },
    '/no/such/file.too': { inPackage: 'other' }
  }
  await expect(requireTools('it', { ...here, ...missing })).rejects.toThrow(
    /^it needs programs that are not installed\. On Debian and Ubuntu: apt-get install one other$/
  )
})
