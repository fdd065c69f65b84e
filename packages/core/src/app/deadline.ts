/** Waits for work, but no longer than it may take. What it waited for cannot be stopped and goes on unheard. */

/** @throws what `late` makes, where the deadline passes first; else what the work throws. */
export async function beforeDeadline<T>(
  work: Promise<T> | T,
  deadlineMs: number,
  late: () => Error,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), deadlineMs)
  })
  try {
    return await Promise.race([work, deadline])
  } finally {
    clearTimeout(timer)
  }
}
