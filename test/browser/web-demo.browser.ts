import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { ChatPage, launchChromium, PHONE } from '../support/browser';
import { eventually } from '../support/eventually';
import { RunningWebDemo } from '../support/web-demo';

describe('the pages of the web demo', () => {
  let browser: Browser;

  before(async () => {
    browser = await launchChromium();
  });

  after(() => browser.close());

  test('show all nodes side by side, and who is there', async (t) => {
    const { chat } = await open(t);
    assert.deepEqual(await chat.members(), ['Ann, node A, no room', 'Ben, node B, no room', 'Cleo, node C, no room']);
    await chat.page.getByLabel('the node that is asked').selectOption('C');
    await chat.page.getByText(/^3 people, says node C after asking all nodes, [\d.]+ ms$/).waitFor();
  });

  test('show the path and the latency of each message', async (t) => {
    const { chat } = await open(t);
    await chat.node('A').say('good morning');
    assert.match(await chat.node('A').gets('good morning'), /^Ann good morning\s+node A \(local\), [\d.]+ ms$/);
    assert.match(await chat.node('B').gets('good morning'), /^Ann .*\s+node A → Redis → node B, [\d.]+ ms$/);
    assert.match(await chat.node('C').gets('good morning'), /^Ann .*\s+node A → Redis → node C, [\d.]+ ms$/);
  });

  test('show a message to a room to its members only', async (t) => {
    const { chat } = await open(t);
    await chat.node('A').join('blue');
    await chat.node('C').join('blue');
    await chat.node('C').writeTo('blue');
    await chat.node('C').say('for the room');
    await chat.node('A').gets('for the room');
    await chat.node('B').say('for everyone');
    await chat.node('C').gets('for everyone');
    assert.deepEqual(await chat.node('A').texts(), ['for the room', 'for everyone']);
    assert.deepEqual(await chat.node('B').texts(), ['for everyone']);
    await eventually(async () => {
      assert.deepEqual(await chat.members(), ['Ann, node A, blue', 'Ben, node B, no room', 'Cleo, node C, blue']);
    });
    await chat.button('leave blue').first().click();
    await eventually(async () => assert.equal((await chat.members())[0], 'Ann, node A, no room'));
  });

  test('put somebody who is on another node into a room', async (t) => {
    const { chat } = await open(t);
    await chat.member('Cleo').getByLabel('room for Cleo').fill('green');
    await chat.member('Cleo').getByRole('button', { name: 'Join room' }).click();
    await chat.node('C').isIn('green');
    await chat.node('C').tells('You are in the room green now.');
    await eventually(async () => assert.equal((await chat.members())[2], 'Cleo, node C, green'));
  });

  test('keep what is being typed while others come and go', async (t) => {
    const { chat } = await open(t);
    const room = chat.page.getByLabel('room for Cleo');
    await room.fill('gre');
    await chat.node('A').join('blue');
    await chat.button('disconnect Ben').click();
    await eventually(async () => {
      assert.deepEqual(await chat.members(), ['Ann, node A, blue', 'Cleo, node C, no room']);
    });
    assert.equal(await room.inputValue(), 'gre');
  });

  test('disconnect somebody who is on another node, who can come back', async (t) => {
    const { chat } = await open(t);
    await chat.button('disconnect Ben').click();
    await chat.node('B').state('disconnected');
    await chat.node('B').tells('Somebody has disconnected you.');
    await eventually(async () => assert.equal((await chat.members()).length, 2));
    await chat.button('Stop node C').click();
    await chat.button('Start node C').click();
    await chat.node('C').state('connected');
    await chat.node('B').state('disconnected');
    await chat.button('Connect').click();
    await chat.node('B').state('connected');
    await eventually(async () => assert.equal((await chat.members()).length, 3));
  });

  test('stop a node and start it again, while the others go on', async (t) => {
    const { chat } = await open(t);
    await chat.node('B').join('blue');
    await chat.button('Stop node B').click();
    await chat.node('B').state('stopped');
    await chat.node('A').say('without B');
    await chat.node('C').gets('without B');
    assert.equal(await chat.node('B').element.getByLabel('message', { exact: true }).isEnabled(), false);
    await eventually(async () => assert.equal((await chat.members()).length, 2));

    await chat.button('Start node B').click();
    await chat.node('B').state('connected');
    await chat.node('B').isIn('blue');
    await eventually(async () => assert.ok((await chat.members()).includes('Ben, node B, blue')));
    await chat.node('A').say('with B');
    await chat.node('B').gets('with B');
    assert.deepEqual(await chat.node('B').texts(), ['with B']);
  });

  test('stop Redis and start it again, while each node goes on alone', async (t) => {
    const { chat } = await open(t);
    await chat.button('Stop Redis').click();
    for (const name of ['A', 'B', 'C'] as const) await chat.node(name).state('cut off from the others');
    await chat.node('A').say('to myself');
    await chat.node('A').gets('to myself');
    await chat.page.getByText(/^1 person on the nodes that have answered node A within [\d.]+ ms$/).waitFor();

    await chat.button('Start Redis').click();
    for (const name of ['A', 'B', 'C'] as const) await chat.node(name).state('connected');
    await chat.node('A').tells('Redis is back');
    await chat.node('C').say('together again');
    for (const name of ['A', 'B', 'C'] as const) await chat.node(name).gets('together again');
    await eventually(async () => assert.equal((await chat.members()).length, 3));
  });

  test('fit on a phone, whatever is written', async (t) => {
    const { chat, demo } = await open(t, PHONE);
    await chat.node('A').join('r'.repeat(40));
    await chat.node('A').say('w'.repeat(500));
    await chat.node('B').gets('w'.repeat(500));
    await eventually(async () => assert.match((await chat.members())[0] ?? '', /r{40}$/));
    assert.deepEqual(await chat.overflow(), [0, 0, 0, 0]);
    const { url } = await demo.node('A');
    const alone = await ChatPage.open(browser, url, PHONE);
    await alone.node('A').state('connected');
    await eventually(async () => assert.equal((await alone.members()).length, 4));
    assert.deepEqual(await alone.overflow(), [0, 0]);
  });

  test('show what people write as it is', async (t) => {
    const { chat } = await open(t);
    const html = '<img src=x onerror=alert(1)>';
    await chat.node('A').say(html);
    await chat.node('B').gets(html);
    await chat.node('A').join(html);
    const name = chat.node('A').element.getByLabel('your name');
    await name.fill(html);
    await name.press('Enter');
    await eventually(async () => assert.equal((await chat.members())[0], `${html}, node A, ${html}`));
    assert.equal(await chat.page.locator('img').count(), 0);
  });

  test('of a node let one more person in', async (t) => {
    const { chat, demo } = await open(t);
    const { url } = await demo.node('C');
    const alone = await ChatPage.open(browser, url);
    await alone.node('C').state('connected');
    await eventually(async () => assert.equal((await alone.members()).length, 4));
    await alone.node('C').say('hello from a page of my own');
    assert.match(await chat.node('A').gets('of my own'), /node C → Redis → node A/);
    await chat.node('A').say('welcome');
    await alone.node('C').gets('welcome');
    assert.deepEqual(alone.errors, []);
    await alone.page.close();
    await eventually(async () => assert.equal((await chat.members()).length, 3));
  });

  test('say so when the demo has ended', async (t) => {
    const { chat, demo } = await open(t);
    await demo.interrupt();
    await chat.page.getByRole('alert').filter({ hasText: 'The demo has ended' }).waitFor();
    await chat.node('A').state('stopped');
  });

  /** The page with all nodes of a demo of its own, whose scripts must not fail. */
  async function open(t: TestContext, viewport?: typeof PHONE) {
    const demo = await RunningWebDemo.start();
    t.after(() => demo.destroy());
    const chat = await ChatPage.overview(browser, demo, viewport);
    t.after(async () => {
      assert.deepEqual(chat.errors, []);
      await chat.page.close();
    });
    return { demo, chat };
  }
});
