/** `casebook_edit`: replaces a piece of a file, or makes a new one; a person may refuse. */

import { z } from 'zod'
import { defineTool, pathArgument } from './tool.ts'
import { workspaceOf } from './work.ts'

export const edit = defineTool({
  name: 'casebook_edit',
  title: 'Edit a file',
  description:
    'Replaces a piece of a file, given word for word as it stands there and long enough to occur once; or makes a ' +
    'new file. Read the place first. The person can see and refuse each change.',
  needs: ['edit'],
  input: z.strictObject({
    path: pathArgument.describe('The file, relative to the repository.'),
    before: z
      .string()
      .max(100_000)
      .nullable()
      .describe('The text to replace, exactly as in the file, blanks included; null makes a new file.'),
    after: z.string().max(200_000).describe('What stands there afterwards.'),
  }),
  async run({ path, before, after }, call) {
    await workspaceOf(call).edit(path, { before, after }, call.signal)
    return { blocks: [], notes: [before === null ? `${path} was made.` : `${path} was changed.`] }
  },
})
