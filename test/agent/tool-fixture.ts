/** Where the hand-written tools lie. */

import { join } from 'node:path'
import { projectFolder } from '../harness/project.ts'

export const fixture = join(projectFolder, 'test/fixtures/agent/tools.txt')
