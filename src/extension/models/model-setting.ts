/** Settings of the model, written for the person and all windows, never into a workspace. */

import * as vscode from 'vscode'

/** `name` below `casebook.model`; undefined: the default. */
export async function setForPerson(name: string, value: unknown): Promise<void> {
  const section = vscode.workspace.getConfiguration('casebook.model')
  await section.update(name, value, vscode.ConfigurationTarget.Global)
}
