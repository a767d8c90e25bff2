/** One question at a time while somebody types: a newer one waits for its turn, those between are dropped. */

/**
 * Runs `work` on one input at a time. While it runs only the newest input waits; an input that was overtaken
 * resolves with null, also when its answer comes after a newer question.
 */
export function latestOnly<Input, Output>(
  work: (input: Input) => Promise<Output>,
): (input: Input) => Promise<Output | null> {
  let newest = 0
  let running: Promise<unknown> = Promise.resolve()
  return async (input) => {
    newest += 1
    const mine = newest
    await running
    if (mine !== newest) return null
    const answer = work(input)
    running = answer.catch(() => undefined)
    const output = await answer
    return mine === newest ? output : null
  }
}
