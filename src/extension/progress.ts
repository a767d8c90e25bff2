/** Work that takes longer than a moment: shown, and ended where that is possible. */

import * as vscode from 'vscode'

/** Work that cannot be ended half done. */
export async function withProgress<T>(title: string, work: () => Promise<T>): Promise<T> {
  const options = { location: vscode.ProgressLocation.Notification, title }
  return await vscode.window.withProgress(options, work)
}

/** `message` replaces the last one; `share` of the whole that is done by now, 0 to 1. */
export type Report = (message: string, share?: number) => void

/** Null when the person ended it: what was done until then is kept. */
export async function withCancel<T>(
  title: string,
  work: (signal: AbortSignal, report: Report) => Promise<T>,
): Promise<T | null> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true }
  return await vscode.window.withProgress(options, async (progress, token) => {
    let shown = 0
    const report: Report = (message, share = shown) => {
      progress.report({ message, increment: Math.max(0, share - shown) * 100 })
      shown = Math.max(shown, share)
    }
    const abort = new AbortController()
    const listening = token.onCancellationRequested(() => abort.abort())
    try {
      return await work(abort.signal, report)
    } catch (error) {
      if (abort.signal.aborted) return null
      throw error
    } finally {
      listening.dispose()
    }
  })
}
