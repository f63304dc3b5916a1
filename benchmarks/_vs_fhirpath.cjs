// fhirpath.js on the same answers as our engine: what is asked and what is calculated, in rounds until nothing changes.
// Reads one job a line on standard input, writes one answer a line. Only fhirpath.js decides what expressions give;
// enableWhen is written here from FHIR R4, in the plainest way, and shares nothing with the engine.
'use strict'

const readline = require('readline')
const fhirpath = require('fhirpath')
const r4 = require('fhirpath/fhir-context/r4')

const SDC = 'http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-'
const VARIABLE = 'http://hl7.org/fhir/StructureDefinition/variable'
const ROUNDS = 15
const compiled = new Map()

const expressionOf = (element, url) =>
  (element.extension || []).filter((one) => one.url === url).map((one) => one.valueExpression)[0]

const unitOf = (item) => {
  const units = (item.extension || []).filter((one) => /questionnaire-unit(Option)?$/.test(one.url)).map((one) => one.valueCoding)
  return units.length === 1 ? { unit: units[0].display || units[0].code, system: units[0].system, code: units[0].code } : {}
}

function run (text, focus, env, base) {
  const key = base + '\n' + text
  if (!compiled.has(key)) {
    const path = base ? { base, expression: text } : text
    compiled.set(key, fhirpath.compile(path, r4, { resolveInternalTypes: false }))
  }
  return compiled.get(key)(focus, env)
}

const plain = (value) => JSON.parse(JSON.stringify(fhirpath.resolveInternalTypes(value)))
const valueOf = (answer) => answer[Object.keys(answer).find((key) => key.startsWith('value'))]

function order (one, other) {
  if (typeof one === 'object' && typeof other === 'object') return order(one.value, other.value)
  return typeof one === typeof other ? (one > other) - (one < other) : NaN
}

function isAnswer (one, other) {
  if (typeof other !== 'object') return one === other
  if (typeof one !== 'object') return false
  if ('value' in other) return one.value === other.value && (one.code || '') === (other.code || '')
  return one.code === other.code && (!one.system || !other.system || one.system === other.system)
}

function holds (condition, values) {
  const expected = condition[Object.keys(condition).find((key) => key.startsWith('answer'))]
  const test = {
    '=': (value) => isAnswer(value, expected),
    '!=': (value) => !isAnswer(value, expected),
    '>': (value) => order(value, expected) > 0,
    '<': (value) => order(value, expected) < 0,
    '>=': (value) => order(value, expected) >= 0,
    '<=': (value) => order(value, expected) <= 0
  }[condition.operator]
  return condition.operator === 'exists' ? (values.length > 0) === expected : values.some(test)
}

class Form {
  constructor (job) {
    this.job = job
    this.items = new Map()
    const walk = (item) => { this.items.set(item.linkId, item); (item.item || []).forEach(walk) }
    job.questionnaire.item.forEach(walk)
    this.places = new Map(job.places.map((place) => [place.path, { ...place, item: this.items.get(place.linkId), children: [] }]))
    this.roots = []
    for (const place of this.places.values()) {
      place.above = this.places.get(place.parent)
      ;(place.above ? place.above.children : this.roots).push(place)
      place.on = true
    }
  }

  asked (place) {
    return place.on && (!place.above || this.asked(place.above))
  }

  json (places) {
    const found = []
    for (const place of places) {
      if (!this.asked(place)) continue
      if (place.isHolder) { found.push(...this.json(place.children)); continue }
      const below = this.json(place.children)
      const node = { linkId: place.linkId, text: place.item.text }
      if (place.item.type === 'group') {
        if (!below.length) continue
        node.item = below
      } else {
        const answers = (place.calculated || place.answers || []).map((answer) => ({ ...answer }))
        if (!answers.length && !below.length) continue
        if (below.length) answers[0] = { ...(answers[0] || {}), item: below }
        node.answer = answers
      }
      place.node = node
      found.push(node)
    }
    return found
  }

  names (place) {
    if (place.env) return place.env
    const env = place.above ? { ...this.names(place.above) } : { ...this.env }
    const node = place.node || { linkId: place.linkId }
    env.context = node
    if (place.item.extension && !place.isHolder) this.define(place.item, node, env, 'QuestionnaireResponse.item')
    place.env = env
    return env
  }

  define (element, focus, env, base) {
    for (const one of element.extension || []) {
      const told = one.url === VARIABLE ? one.valueExpression : null
      if (told && told.language === 'text/fhirpath') env[told.name] = this.tried(told.expression, focus, env, base)
    }
  }

  tried (text, focus, env, base) {
    try { return run(text, focus, env, base) } catch (error) { return [] }
  }

  round () {
    for (const place of this.places.values()) place.node = place.env = null
    this.response = { resourceType: 'QuestionnaireResponse', item: this.json(this.roots) }
    this.env = { resource: this.response, questionnaire: this.job.questionnaire, ...this.job.launch }
    this.define(this.job.questionnaire, this.response, this.env, '')
    const before = JSON.stringify(this.told())
    const next = []
    for (const place of this.places.values()) {
      if (place.isInstance) continue
      next.push([place, this.isOn(place), this.calculation(place)])
    }
    for (const [place, on, calculated] of next) Object.assign(place, { on, calculated })
    return JSON.stringify(this.told()) !== before
  }

  isOn (place) {
    const told = expressionOf(place.item, SDC + 'enableWhenExpression')
    if (told) {
      const found = this.tried(told.expression, place.node || { linkId: place.linkId }, this.names(place), 'QuestionnaireResponse.item')
      return found.length === 1 && plain(found)[0] === true
    }
    const conditions = place.item.enableWhen || []
    if (!conditions.length) return true
    const met = conditions.map((condition) => holds(condition, this.values(condition.question, place)))
    return place.item.enableBehavior === 'any' ? met.some(Boolean) : met.every(Boolean)
  }

  values (linkId, place) {
    const fits = (source) => Object.entries(source.own).every(([group, number]) => !(group in place.own) || place.own[group] === number)
    return [...this.places.values()]
      .filter((source) => source.linkId === linkId && this.asked(source) && fits(source))
      .flatMap((source) => (source.calculated || source.answers || []).map(valueOf))
  }

  calculation (place) {
    const told = expressionOf(place.item, SDC + 'calculatedExpression')
    if (!told) return null
    if (!this.asked(place)) return []
    const found = this.tried(told.expression, place.node || { linkId: place.linkId }, this.names(place), 'QuestionnaireResponse.item')
    return plain(found).map((value) => this.typed(place.item, value)).filter(Boolean).slice(0, place.item.repeats ? undefined : 1)
  }

  typed (item, value) {
    const isNumber = typeof value === 'number'
    switch (item.type) {
      case 'integer': return isNumber && Number.isInteger(value) ? { valueInteger: value } : null
      case 'decimal': return isNumber ? { valueDecimal: value } : null
      case 'quantity': return isNumber ? { valueQuantity: { value, ...unitOf(item) } } : typeof value === 'object' ? { valueQuantity: value } : null
      case 'boolean': return typeof value === 'boolean' ? { valueBoolean: value } : null
      case 'choice': case 'open-choice': return typeof value === 'object' ? { valueCoding: value } : null
      case 'date': return { valueDate: String(value) }
      case 'dateTime': return { valueDateTime: String(value) }
      case 'time': return { valueTime: String(value) }
      default: return typeof value === 'object' ? null : { valueString: String(value) }
    }
  }

  told () {
    const places = [...this.places.values()]
    return {
      enabled: places.filter((place) => this.asked(place)).map((place) => place.path),
      calculated: Object.fromEntries(places.filter((place) => this.asked(place) && place.calculated && place.calculated.length)
        .map((place) => [place.path, place.calculated.map(valueOf)]))
    }
  }

  settle () {
    let rounds = 1
    while (this.round() && rounds < ROUNDS) rounds += 1
    return { ...this.told(), rounds }
  }
}

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  const job = JSON.parse(line)
  let answer
  if (job.expressions) {
    const start = process.cpuUsage()
    for (let n = 0; n < job.times; n += 1) {
      const env = { resource: job.response, context: job.response, questionnaire: job.questionnaire }
      for (const [name, text] of job.expressions) env[name] = run(text, job.response, env, '')
      answer = { value: plain(env.result) }
    }
    const used = process.cpuUsage(start)
    answer.microseconds = (used.user + used.system) / job.times
  } else {
    const form = new Form(job)
    const start = process.cpuUsage()
    answer = form.settle()
    const used = process.cpuUsage(start)
    answer.milliseconds = (used.user + used.system) / 1000
  }
  process.stdout.write(JSON.stringify(answer) + '\n')
})
