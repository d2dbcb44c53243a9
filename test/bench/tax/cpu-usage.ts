/** For `--import`: tells the bench, whenever it asks, the CPU time of this process, all threads, in microseconds. */
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.(user + system)
})
// To be asked is no reason to live.
process.channel?.unref()
