/** Where Casebook keeps what belongs to the person and not to one repository. */

import { homedir } from 'node:os'
import { join } from 'node:path'

/** The platform's place for data of programs; `CASEBOOK_DATA_FOLDER` names another. */
export function userDataFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { CASEBOOK_DATA_FOLDER, LOCALAPPDATA, XDG_DATA_HOME } = environment
  if (CASEBOOK_DATA_FOLDER) return CASEBOOK_DATA_FOLDER
  if (process.platform === 'win32') {
    return join(LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'casebook')
  }
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'casebook')
  return join(XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'casebook')
}
