/** Every command of the CLI, in the order of the help. */

import type { Command } from './command.ts'
import { benchAnn } from './commands/bench-ann.ts'
import { benchCorpus } from './commands/bench-corpus.ts'
import { benchIndex } from './commands/bench-index.ts'
import { benchLocalise } from './commands/bench-localise.ts'
import { benchSearch } from './commands/bench-search.ts'
import { commits } from './commands/commits.ts'
import { doctor } from './commands/doctor.ts'
import { examine } from './commands/examine.ts'
import { excluded } from './commands/excluded.ts'
import { hot } from './commands/hot.ts'
import { index } from './commands/index.ts'
import { locate } from './commands/locate.ts'
import { search } from './commands/search.ts'
import { status } from './commands/status.ts'

export const commands: readonly Command[] = [
  index,
  search,
  locate,
  commits,
  examine,
  hot,
  status,
  excluded,
  doctor,
  benchLocalise,
  benchIndex,
  benchSearch,
  benchAnn,
  benchCorpus,
]
