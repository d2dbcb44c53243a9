import { kubectl } from './kubectl.ts'

/** A volume for a claim in the namespace bookinfo, unless the cluster makes volumes itself. Disposing of it leaves its files on the node. */
export async function giveVolume(claim: string, size: string): Promise<AsyncDisposable> {
  const { stdout: classes } = await kubectl(['get', 'storageclass', '--output=name'])
  if (classes !== '') return { async [Symbol.asyncDispose]() {} }
  const volume = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: claim },
    spec: {
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: size },
      claimRef: { namespace: 'bookinfo', name: claim },
      hostPath: { path: `/var/lib/bookinfo/${claim}-${Date.now()}`, type: 'DirectoryOrCreate' }
    }
  }
  await kubectl(['apply', '-f', '-'], JSON.stringify(volume))
  return {
    async [Symbol.asyncDispose]() {
      await kubectl(['delete', `persistentvolume/${claim}`, '--ignore-not-found'])
    }
  }
}
