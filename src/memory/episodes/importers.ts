/** All agents whose sessions can be read: one line each. */

import { claudeCode } from './importers/claude-code.ts'
import { codex } from './importers/codex.ts'
import type { Importer } from './session.ts'

export const importers: readonly Importer[] = [claudeCode, codex]
