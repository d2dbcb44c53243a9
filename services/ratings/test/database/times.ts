/** Slow enough for a machine with much else to do: nothing fails for want of time. */
export const patiently = { budgetMs: 20_000, prepareMs: 20_000, checkMs: 50 }

/** Quicker than the service by itself, for tests of what takes too long. */
export const quickly = { budgetMs: 400, prepareMs: 2_000, checkMs: 100 }
