/** The tools of memory that every agent is offered, in the order in which they are listed. */

import { cite } from './cite.ts'
import { history } from './history.ts'
import { locate } from './locate.ts'
import { open } from './open.ts'
import { recall } from './recall.ts'
import { remember } from './remember.ts'
import { search } from './search.ts'
import type { Tool } from './tool.ts'
import { why } from './why.ts'

export const memoryTools: readonly Tool[] = [recall, locate, search, open, history, why, remember, cite]
