/** Every tool of the server, in the order in which it lists them. */

import type { Tool } from './tool.ts'
import { cite } from './tools/cite.ts'
import { history } from './tools/history.ts'
import { locate } from './tools/locate.ts'
import { open } from './tools/open.ts'
import { recall } from './tools/recall.ts'
import { remember } from './tools/remember.ts'
import { search } from './tools/search.ts'
import { why } from './tools/why.ts'

export const tools: readonly Tool[] = [recall, locate, search, open, history, why, remember, cite]
