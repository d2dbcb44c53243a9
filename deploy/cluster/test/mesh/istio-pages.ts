import { gettingStartedPages } from './getting-started-pages.ts'
import { kube, type Command } from './istio-page-command.ts'
import { taskPages } from './task-pages.ts'
import { tutorialPages } from './tutorial-pages.ts'

/** By page below istio.io/latest/docs, in the order in which a reader comes to them. Samples are used as they are printed. */
export const pages: Readonly<Record<string, readonly Command[]>> = {
  ...gettingStartedPages,
  ...taskPages,
  ...tutorialPages,
  'examples/bookinfo#cleanup': [
    { run: `NAMESPACE=default ${kube}/cleanup.sh` },
    {
      run: 'kubectl get virtualservices,destinationrules,gateways.networking.istio.io,deployments 2>&1',
      see: /No resources/
    }
  ]
}
