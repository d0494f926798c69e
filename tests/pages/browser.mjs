// Reads the pages as somebody does who has a keyboard and no mouse. Called by tests/pages.rs:
//   node browser.mjs SCENARIO BASE_URL LANGUAGE FOLDER_FOR_PICTURES
// The last line on standard output is what was seen, as JSON; a failure goes to standard error with exit code 1.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { strict as assert } from 'node:assert';
import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const [scenario, base, language, pictures] = process.argv.slice(2);

const WORDS = {
  it: { search: 'Cerca', next: 'Continua', confirm: "Ottieni l'avviso", change: 'Modifica i dati', print: 'Versione da stampare', other: 'English' },
  en: { search: 'Search', next: 'Continue', confirm: 'Get the notice', change: 'Change the data', print: 'Version to print', other: 'Italiano' },
};
const words = WORDS[language];

/** Everything that went wrong in the browser itself. */
const trouble = [];

async function open(viewport, javaScriptEnabled = true) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  const context = await browser.newContext({ viewport, locale: language === 'it' ? 'it-IT' : 'en-GB', javaScriptEnabled });
  const page = await context.newPage();
  page.on('pageerror', (error) => trouble.push(`script: ${error.message}`));
  page.on('console', (message) => {
    // A form with errors is answered 422, which browsers write down as if something had not loaded.
    const refused = /status of (422|404)/.test(message.text());
    if (message.type() === 'error' && !refused) trouble.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${base}/`) && !url.startsWith('data:')) trouble.push(`request: ${url}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 500) trouble.push(`${response.status()} ${response.url()}`);
  });
  return { browser, page };
}

/** Judges the page by WCAG 2.1 AA and the best practices of axe. */
async function judge(page, name) {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'];
    const result = await axe.run(document, { runOnly: { type: 'tag', values: tags } });
    return result.violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.map((node) => node.html).join(' | ')}`);
  });
  assert.deepEqual(found, [], `${name}: axe`);
  const facts = await page.evaluate(() => ({
    language: document.documentElement.lang,
    headings: document.querySelectorAll('h1').length,
    width: document.documentElement.scrollWidth,
    scripts: document.querySelectorAll('script').length,
    styles: document.querySelectorAll('style, [style]').length,
  }));
  assert.equal(facts.language, language, `${name}: language`);
  assert.equal(facts.headings, 1, `${name}: one main heading`);
  assert.equal(facts.scripts, 0, `${name}: no scripts`);
  assert.equal(facts.styles, 0, `${name}: no styles inside`);
  assert.ok(facts.width <= page.viewportSize().width, `${name}: ${facts.width} px wide`);
  if (pictures) await page.screenshot({ path: `${pictures}/${name}-${language}.png`, fullPage: true });
}

const focused = (page) =>
  page.evaluate(() => {
    const { activeElement: one } = document;
    const style = getComputedStyle(one);
    return {
      tag: one.tagName, id: one.id, text: (one.innerText ?? '').trim(), name: one.name ?? '', role: one.getAttribute('role'),
      seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    };
  });

/** Goes on with Tab until that has the focus. */
async function tabTo(page, what, wanted) {
  const passed = [];
  for (let step = 0; step < 80; step += 1) {
    await page.keyboard.press('Tab');
    const one = await focused(page);
    if (one.tag !== 'BODY') assert.ok(one.seen, `the focus is not seen on ${JSON.stringify(one)}`);
    if (wanted(one)) return one;
    passed.push(one.id || one.text || one.tag);
  }
  throw new Error(`no way to ${what} by Tab; there were ${passed.join(', ')}`);
}

const button = (text) => (one) => one.tag === 'BUTTON' && one.text === text;
const link = (text) => (one) => one.tag === 'A' && one.text === text;
const field = (name) => (one) => one.name === name;

async function enter(page) {
  await Promise.all([page.waitForLoadState('load'), page.waitForNavigation(), page.keyboard.press('Enter')]);
}

/** Replaces what stands in the field that has the focus. */
async function type(page, text) {
  const { tag } = await focused(page);
  if (tag !== 'SELECT') await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
}

async function fill(page, values) {
  for (const [name, text] of Object.entries(values)) {
    await tabTo(page, name, field(name));
    await type(page, text);
  }
}

/** What is said to be wrong, by field; each error is joined to its field and named in the summary. */
async function errors(page) {
  const found = await page.evaluate(() =>
    [...document.querySelectorAll('[aria-invalid="true"]')].map((one) => {
      const described = (one.getAttribute('aria-describedby') ?? '').split(' ').map((id) => document.getElementById(id));
      const error = described.find((other) => other?.classList.contains('error'));
      return { name: one.name, id: one.id, text: error?.innerText ?? '', value: one.value };
    }),
  );
  for (const one of found) {
    assert.ok(one.text, `no error is joined to ${one.name}`);
    const linked = await page.locator(`.errors a[href="#${one.id}"]`).count();
    assert.equal(linked, 1, `the summary does not lead to ${one.name}`);
  }
  return found;
}

/** From the list to a notice; first with mistakes. */
async function walk(page, { search, service, wrong, right, mistakes }) {
  await page.goto(`${base}/servizi`);
  await judge(page, `list-${page.viewportSize().width}`);
  await page.keyboard.press('Tab');
  assert.equal((await focused(page)).tag, 'A', 'the first stop skips to the content');
  await tabTo(page, 'the search', field('text'));
  await type(page, search);
  await enter(page);
  await judge(page, 'found');
  await tabTo(page, service, link(service));
  await enter(page);
  await judge(page, `form-${page.viewportSize().width}`);
  await fill(page, wrong);
  await tabTo(page, words.next, button(words.next));
  await enter(page);
  // A browser gives the focus only when it draws the page, which may be after it has loaded it.
  const focus = () => document.activeElement?.getAttribute('role') === 'alert';
  await page.waitForFunction(focus, null, { timeout: 5000 }).catch(() => {});
  assert.equal((await focused(page)).role, 'alert', 'the summary of errors has the focus');
  await judge(page, `errors-${page.viewportSize().width}`);
  const shown = await errors(page);
  assert.deepEqual(shown.map((one) => one.name).sort(), [...mistakes].sort());
  for (const one of shown.filter((one) => wrong[one.name])) {
    assert.equal(one.value, wrong[one.name], 'what was written is kept');
  }
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  assert.equal((await focused(page)).id, shown[0].id, 'the summary leads to the field');
  // What is focused is found again by going round.
  await page.keyboard.press('Shift+Tab');
  await fill(page, right);
  await tabTo(page, words.next, button(words.next));
  await enter(page);
  await judge(page, `quote-${page.viewportSize().width}`);
  // Back to the form and forth again: nothing has to be written twice.
  await tabTo(page, words.change, button(words.change));
  await enter(page);
  for (const [name, text] of Object.entries(right)) {
    const kept = await page.locator(`[name="${name}"]`).inputValue();
    assert.ok(kept !== '', `${name} is kept: ${text}`);
  }
  await tabTo(page, words.next, button(words.next));
  await enter(page);
  await tabTo(page, words.confirm, button(words.confirm));
  await enter(page);
  await judge(page, `notice-${page.viewportSize().width}`);
  const notice = await page.evaluate(() => ({
    number: document.querySelector('.code').innerText,
    amount: document.querySelector('.amount').innerText,
    qr: document.querySelectorAll('.qr svg').length,
    text: document.querySelector('main').innerText,
  }));
  assert.match(notice.number, /^\d{4} \d{4} \d{4} \d{4} \d{2}$/);
  assert.equal(notice.qr, 1);
  const address = page.url();
  assert.ok(!address.includes(notice.number.replaceAll(' ', '')), 'the address does not tell the number');
  await page.reload();
  assert.equal(page.url(), address);
  await tabTo(page, words.print, link(words.print));
  await enter(page);
  await judge(page, 'print');
  return { ...notice, address: address.slice(base.length), errors: shown };
}

const scenarios = {
  async walk(expected) {
    const { browser, page } = await open({ width: 1024, height: 800 });
    const seen = await walk(page, expected);
    await browser.close();
    return seen;
  },
  async narrow(expected) {
    const { browser, page } = await open({ width: 320, height: 640 });
    const seen = await walk(page, expected);
    await browser.close();
    return seen;
  },
  async language() {
    const { browser, page } = await open({ width: 800, height: 600 });
    await page.goto(`${base}/servizi`);
    assert.equal(await page.evaluate(() => document.documentElement.lang), language, 'as the browser likes');
    await tabTo(page, words.other, link(words.other));
    await enter(page);
    const other = language === 'it' ? 'en' : 'it';
    assert.equal(await page.evaluate(() => document.documentElement.lang), other);
    // The choice holds for what comes next.
    await page.locator('ul.offerings a').first().focus();
    await enter(page);
    assert.equal(await page.evaluate(() => document.documentElement.lang), other);
    await browser.close();
    return {};
  },
  async problems({ ec }) {
    const { browser, page } = await open({ width: 800, height: 600 });
    await page.goto(`${base}/servizi/${ec}/nothing`);
    await judge(page, 'missing');
    await page.goto(`${base}/servizi?text=zzzz`);
    await judge(page, 'nothing');
    await browser.close();
    return {};
  },
};

const input = JSON.parse(readFileSync(0, 'utf8') || '{}');
try {
  const seen = await scenarios[scenario](input);
  assert.deepEqual(trouble, [], 'in the browser');
  console.log(JSON.stringify(seen));
} catch (error) {
  console.error(error.stack ?? error);
  process.exit(1);
}
