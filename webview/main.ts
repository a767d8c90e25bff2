/** The panel's page: its elements, its one style sheet, and the first question to the extension. */

import './components/panel.ts'
import { connectPanel } from './rpc.ts'
import { pageStyles } from './styles.ts'
import { useTranslations } from './text.ts'

const panel = document.querySelector('casebook-panel')
if (panel === null) throw new Error('The page has no casebook-panel.')
useTranslations(panel.dataset.translations ?? '{}')
if (pageStyles.styleSheet !== undefined) document.adoptedStyleSheets.push(pageStyles.styleSheet)
panel.attach(
  connectPanel(
    (state) => panel.receive(state),
    (chat) => panel.toolsChanged(chat),
  ),
)
