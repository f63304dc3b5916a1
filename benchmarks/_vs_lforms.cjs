// LHC-Forms on the same answers as our engine: what is asked and what is calculated, once its expressions have run.
// Reads one job a line on standard input, writes one answer a line; LHC-Forms decides all of it, in a browser's DOM.
'use strict'

const fs = require('fs')
const path = require('path')
const readline = require('readline')
const { JSDOM } = require('jsdom')

const FOLDER = path.join(path.dirname(require.resolve('lforms/package.json')), 'dist', 'lforms')
const SCRIPTS = ['webcomponent/assets/lib/zone.min.js', 'webcomponent/lhc-forms.js', 'fhir/R4/lformsFHIR.min.js']

const { window } = new JSDOM('<html><body></body></html>', { runScripts: 'outside-only', url: 'http://localhost/', pretendToBeVisual: true })
for (const name of ['log', 'warn', 'error', 'debug', 'info']) window.console[name] = () => {}
for (const name of SCRIPTS) window.eval(fs.readFileSync(path.join(FOLDER, name), 'utf8'))
const { Util, LFormsData } = window.LForms

// A path as ours: the instance of each repeating group around it, then its linkId.
function pathOf (item, counts) {
  const around = []
  for (let one = item._parentItem; one && one.linkId; one = one._parentItem) if (isList(one)) around.unshift(`${one.linkId}[${counts.get(one)}]/`)
  return around.join('') + item.linkId + (isList(item) ? `[${counts.get(item)}]` : '')
}

const isList = (item) => item.dataType === 'SECTION' && item._questionRepeatable

function plain (value) {
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof window.Date) return value.toISOString().slice(0, 10)
  return value && typeof value === 'object' && 'code' in value ? value.code : value
}

async function answer (job) {
  const form = Util.convertFHIRQuestionnaireToLForms(job.questionnaire, 'R4')
  const filled = Util.mergeFHIRDataIntoLForms(job.response, form, 'R4')
  const data = new LFormsData(filled)
  // Initial values belong to a form that nobody has answered; but with saved data a calculated value that is not there
  // would count as taken out by its user.
  data.hasSavedData = false
  if (data._fhir) await data.loadFHIRResources(false)
  const sdc = data._expressionProcessor
  if (sdc) await sdc.runCalculations(false)
  data.updateSkipLogicControlledItems && data._checkAllSkipLogic && data._checkAllSkipLogic()

  const counts = new Map()
  const seen = new Map()
  const off = new Set()
  const told = { known: [], enabled: [], calculated: {} }
  for (const item of data.itemList) {
    const key = `${item._parentItem ? item._parentItem._elementId : ''}|${item.linkId}`
    counts.set(item, seen.get(key) || 0)
    seen.set(key, counts.get(item) + 1)
    if (off.has(item._parentItem) || item._skipLogicStatus === 'target-disabled' || item._enableWhenExpVal === false) off.add(item)
    const where = pathOf(item, counts)
    told.known.push(where)
    if (!off.has(item)) told.enabled.push(where)
    if (item._calculatedExprVal !== undefined || job.calculated.includes(item.linkId)) told.calculated[where] = plain(item.value === undefined ? null : item.value)
  }
  return told
}

let queue = Promise.resolve()
readline.createInterface({ input: process.stdin }).on('line', (line) => {
  queue = queue.then(async () => {
    let told
    try { told = await answer(JSON.parse(line)) } catch (error) { told = { refused: String(error.message || error).slice(0, 200) } }
    process.stdout.write(JSON.stringify(told) + '\n')
  })
}).on('close', () => queue.then(() => process.exit(0)))
