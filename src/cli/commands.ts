/** Every command of the CLI, in the order of the help. */

import type { Command } from './command.ts'
import { benchAnn } from './commands/bench-ann.ts'
import { benchChat } from './commands/bench-chat.ts'
import { benchContext } from './commands/bench-context.ts'
import { benchCorpus } from './commands/bench-corpus.ts'
import { benchIndex } from './commands/bench-index.ts'
import { benchLocalise } from './commands/bench-localise.ts'
import { benchMemory } from './commands/bench-memory.ts'
import { benchMemoryHistory } from './commands/bench-memory-history.ts'
import { benchSearch } from './commands/bench-search.ts'
import { benchSessions } from './commands/bench-sessions.ts'
import { benchTools } from './commands/bench-tools.ts'
import { brief, hook } from './commands/brief.ts'
import { commits } from './commands/commits.ts'
import { connect } from './commands/connect.ts'
import { credit } from './commands/credit.ts'
import { distil } from './commands/distil.ts'
import { doctor } from './commands/doctor.ts'
import { edit } from './commands/edit.ts'
import { examine } from './commands/examine.ts'
import { excluded } from './commands/excluded.ts'
import { forget } from './commands/forget.ts'
import { hot } from './commands/hot.ts'
import { index } from './commands/index.ts'
import { locate } from './commands/locate.ts'
import { mcp } from './commands/mcp.ts'
import { memoryActs } from './commands/memory-acts.ts'
import { memoryLists } from './commands/memory-lists.ts'
import { log, undo, why } from './commands/memory-log.ts'
import { modelCommands } from './commands/model.ts'
import { modelLedger } from './commands/model-ledger.ts'
import { modelServe } from './commands/model-serve.ts'
import { recall } from './commands/recall.ts'
import { remember } from './commands/remember.ts'
import { reviewCommands } from './commands/review.ts'
import { search } from './commands/search.ts'
import { sessionCommands } from './commands/sessions.ts'
import { status } from './commands/status.ts'
import { toolCommands } from './commands/tools.ts'
import { exportMemories, importMemories, share } from './commands/transfer.ts'

export interface CommandGroup {
  title: string
  commands: readonly Command[]
}

/** As a new user meets them. */
export const commandGroups: readonly CommandGroup[] = [
  {
    title: 'Index and search',
    commands: [index, search, locate, commits, examine, hot, status, excluded, doctor],
  },
  {
    title: 'Memory',
    commands: [
      recall,
      credit,
      remember,
      ...memoryLists,
      why,
      edit,
      ...memoryActs,
      forget,
      undo,
      log,
      ...reviewCommands,
      distil,
      exportMemories,
      importMemories,
      share,
    ],
  },
  { title: 'Sessions of other agents', commands: [...sessionCommands] },
  { title: 'Tools of chats', commands: [...toolCommands] },
  { title: 'Models', commands: [...modelCommands, modelLedger, modelServe] },
  { title: 'Other agents', commands: [mcp, connect, brief, hook] },
  {
    title: 'Measuring',
    commands: [
      benchLocalise,
      benchIndex,
      benchSearch,
      benchAnn,
      benchCorpus,
      benchMemory,
      benchMemoryHistory,
      benchSessions,
      benchTools,
      benchContext,
      benchChat,
    ],
  },
]

export const commands: readonly Command[] = commandGroups.flatMap((group) => group.commands)
