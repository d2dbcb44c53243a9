import { Failure } from '@bookinfo/cli'
import { kubectl } from '@bookinfo/cluster/testing'

/** How far the guest's clock may be from the node's. */
const CLOCK_MS = 100
const inBookinfo = ['-n', 'bookinfo']

/**
 * An emulated machine starts with a clock up to a second behind, and its spans would lie far before those of their callers. The
 * agent sets it, then complains that the guest has no hwclock to keep it. An order is heard after half of the time that it takes.
 */
export async function setGuestClock(): Promise<void> {
  await kubectl([...inBookinfo, 'wait', '--for=condition=AgentConnected', 'vmi/details-v1-vm', '--timeout=5m'])
  const { stdout: pod } = await kubectl([
    ...inBookinfo,
    'get',
    'pods',
    '--selector=app=details,runtime=vm',
    '-o',
    'name'
  ])
  const script = `
    ask() { virsh qemu-agent-command bookinfo_details-v1-vm "{\\"execute\\": $1}"; }
    began=$(date +%s%N); ask '"guest-ping"'; took=$(($(date +%s%N) - began))
    ask '"guest-set-time", "arguments": {"time": '$(($(date +%s%N) + took / 2))'}'
    ask '"guest-get-time"'; date +%s%N`
  const { stdout } = await kubectl([...inBookinfo, 'exec', pod.trim(), '-c', 'compute', '--', 'bash', '-c', script])
  const [, guest = '0', node = '0'] = /"return":(\d+)\}\s+(\d+)\s*$/.exec(stdout) ?? []
  const behindMs = Number(BigInt(node) - BigInt(guest)) / 1e6
  if (guest === '0' || Math.abs(behindMs) > CLOCK_MS)
    throw new Failure(`the guest agent must set the clock, which is ${behindMs} ms behind: ${stdout}`)
}
