// npm run screenshot: makes the picture of the web demo for the README.

import { dirname, join } from 'node:path';
import { ChatPage, launchChromium } from '../support/browser';
import { RunningWebDemo } from '../support/web-demo';

const PICTURE = join(dirname(require.resolve('socket.io-redis/package.json')), 'docs/images/demo-web.png');

async function main(): Promise<void> {
  const demo = await RunningWebDemo.start();
  const browser = await launchChromium();
  try {
    const chat = await ChatPage.overview(browser, demo);
    await talk(chat);
    await chat.page.screenshot({ path: PICTURE });
  } finally {
    await browser.close();
    await demo.destroy();
  }
}

async function talk(chat: ChatPage): Promise<void> {
  const [a, b, c] = [chat.node('A'), chat.node('B'), chat.node('C')];
  await a.say('Hello from Socket.IO 2');
  await b.say('Hello from Socket.IO 4, I can read you');
  await c.gets('I can read you');
  await a.join('blue');
  await chat.member('Cleo').getByLabel('room for Cleo').fill('blue');
  await chat.member('Cleo').getByRole('button').first().click();
  await c.isIn('blue');
  await c.writeTo('blue');
  await chat.member('Cleo').locator('.room').waitFor();
  // the last message is on its way in the picture
  await chat.page.locator('.dot').first().waitFor({ state: 'detached' });
  await c.say('Only those in the room get this');
  await a.gets('Only those in the room');
}

void main();
