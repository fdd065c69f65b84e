/** The playground's page: connects to its server and draws. Bundled into one file, which asks nothing of anyone else. */
import './page.css'
import { render } from 'preact'
import { App } from './app.js'
import { PageModel } from './page-model.js'
import { connect } from './server-link.js'

const model = new PageModel()
connect(model)
render(<App model={model} />, document.body)
