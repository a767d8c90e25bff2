/** A tool's call as the server passes it on: with the repository that it is about. */

import type { ToolCall } from '../agent/tools/tool.ts'
import type { Book } from './book.ts'

export interface ServerCall extends ToolCall {
  book: Book
}
