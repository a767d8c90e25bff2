/** All agents whose sessions can be read: one line each. */

import { aider } from './importers/aider.ts'
import { claudeCode } from './importers/claude-code.ts'
import { cline } from './importers/cline.ts'
import { codex } from './importers/codex.ts'
import { continueDev } from './importers/continue.ts'
import { copilotChat } from './importers/copilot-chat.ts'
import { copilotCli } from './importers/copilot-cli.ts'
import { cursor } from './importers/cursor.ts'
import { geminiCli } from './importers/gemini-cli.ts'
import { kilo, openCode } from './importers/opencode.ts'
import { openHands } from './importers/openhands.ts'
import { qwenCode } from './importers/qwen-code.ts'
import { roo } from './importers/roo.ts'
import { miniSweAgent, sweAgent } from './importers/swe-agent.ts'
import type { Importer } from './session.ts'

export const importers: readonly Importer[] = [
  claudeCode,
  codex,
  copilotCli,
  aider,
  geminiCli,
  qwenCode,
  openCode,
  cursor,
  continueDev,
  kilo,
  cline,
  copilotChat,
  roo,
  sweAgent,
  miniSweAgent,
  openHands,
]
