/** Tells the agent plugin how to start Casebook's command: a file that is there only while the person allows it. */

import { join } from 'node:path'
import * as vscode from 'vscode'

/** Settings, each of which makes an agent's hooks or its server start the command. */
const allowing = ['casebook.agentHooks', 'casebook.mcpThrough'] as const

/** Writes nothing before the editor is idle, and only what differs. */
export function addAgentLaunch(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): void {
  const write = () =>
    void keepLaunch(context).catch((error: unknown) => log.warn(`agents cannot start Casebook: ${error}`))
  setImmediate(write)
  context.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (allowing.some((name) => change.affectsConfiguration(name))) write()
    }),
  )
}

export function agentsMayStart(): boolean {
  const section = vscode.workspace.getConfiguration('casebook')
  return section.get('agentHooks') === true || section.get('mcpThrough') === 'plugin'
}

/** Two lines: the program that runs Node, and the command. Read by media/plugin/run.sh and run.ps1. */
export async function keepLaunch(context: vscode.ExtensionContext): Promise<string> {
  const [{ mkdir, readFile, rename, rm, writeFile }, { userDataFolder }] = await Promise.all([
    import('node:fs/promises'),
    import('../../memory/data-folder.ts'),
  ])
  const folder = userDataFolder()
  const file = join(folder, 'agent-launch')
  if (!agentsMayStart()) {
    await rm(file, { force: true })
    return file
  }
  const entry = vscode.Uri.joinPath(context.extensionUri, 'dist', 'cli.cjs').fsPath
  const lines = `${process.execPath}\n${entry}\n`
  if ((await readFile(file, 'utf8').catch(() => '')) === lines) return file
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // At once: a hook that reads it now must not see half of it.
  const beside = `${file}.${process.pid}`
  await writeFile(beside, lines, { mode: 0o600 })
  await rename(beside, file)
  return file
}
