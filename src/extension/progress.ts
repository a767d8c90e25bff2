/** Work that takes longer than a moment: shown, and ended where that is possible. */

import * as vscode from 'vscode'

/** Work that cannot be ended half done. */
export async function withProgress<T>(title: string, work: () => Promise<T>): Promise<T> {
  const options = { location: vscode.ProgressLocation.Notification, title }
  return await vscode.window.withProgress(options, work)
}

/** Null when the person ended it: what was done until then is kept. */
export async function withCancel<T>(
  title: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | null> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true }
  return await vscode.window.withProgress(options, async (_progress, token) => {
    const abort = new AbortController()
    const listening = token.onCancellationRequested(() => abort.abort())
    try {
      return await work(abort.signal)
    } catch (error) {
      if (abort.signal.aborted) return null
      throw error
    } finally {
      listening.dispose()
    }
  })
}
