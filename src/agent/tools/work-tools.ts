/** Every tool of an agent that works on the repository itself: memory, files, shell and its own notes. */

import { edit } from './edit.ts'
import { memoryTools } from './memory-tools.ts'
import { drop, note } from './pointers.ts'
import { read } from './read.ts'
import { runCommand, runTests } from './run-command.ts'
import type { Tool } from './tool.ts'

/** Filter with `usableTools`. */
export const workTools: readonly Tool[] = [...memoryTools, read, edit, runTests, runCommand, note, drop]
