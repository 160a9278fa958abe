import assert from 'node:assert/strict';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { findChromium } from '../../tools/chromium';
import { eventually } from './eventually';
import type { NodeName, RunningWebDemo } from './web-demo';

/** Milliseconds that an element is waited for. */
const APPEARS_WITHIN = 10_000;

export const LAPTOP = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

/** What the browser itself says when somebody who is stopped does not answer. */
const NOBODY_THERE = /ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|ERR_INCOMPLETE_CHUNKED_ENCODING/;

/** A Chromium without a window, that talks to nobody by itself, with a profile of its own. */
export async function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: await findChromium(console.error),
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A page of the web demo: the one with all nodes, or that of a node. */
export class ChatPage {
  readonly #errors: string[] = [];

  private constructor(readonly page: Page) {
    page.setDefaultTimeout(APPEARS_WITHIN);
    page.on('pageerror', (error) => this.#errors.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && this.#errors.push(message.text()));
    page.on('dialog', (dialog) => {
      this.#errors.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
  }

  static async open(browser: Browser, url: string, viewport = LAPTOP): Promise<ChatPage> {
    const chat = new ChatPage(await browser.newPage({ viewport }));
    await chat.page.goto(url);
    return chat;
  }

  /** Opens the page with all nodes, and waits until all of them are connected, and everybody is known. */
  static async overview(browser: Browser, demo: RunningWebDemo, viewport = LAPTOP): Promise<ChatPage> {
    const chat = await ChatPage.open(browser, demo.url, viewport);
    for (const name of ['A', 'B', 'C'] as const) await chat.node(name).state('connected');
    await eventually(async () => assert.equal((await chat.members()).length, 3));
    return chat;
  }

  node(name: NodeName): Pane {
    return new Pane(this.page.getByRole('article', { name: `node ${name}` }));
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** The row of somebody in the list of who is there. */
  member(name: string): Locator {
    return this.page.locator('.member').filter({ has: this.page.getByText(name, { exact: true }) });
  }

  /** Who is there: the name, the node and the rooms of each. */
  async members(): Promise<string[]> {
    return this.page
      .locator('.member')
      .evaluateAll((rows) =>
        rows.map((row) => ['b', '.where', '.rooms'].map((part) => row.querySelector(part).textContent).join(', ')),
      );
  }

  /** Errors of scripts and of the console, but for connections to those that are stopped. */
  get errors(): string[] {
    return this.#errors.filter((text) => !NOBODY_THERE.test(text));
  }

  /** By how many pixels the page, or the messages in it, are wider than the place that they have. */
  async overflow(): Promise<number[]> {
    return this.page
      .locator('html, .log')
      .evaluateAll((elements) => elements.map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth));
  }
}

/** The chat on one node. */
export class Pane {
  constructor(readonly element: Locator) {}

  async state(text: string): Promise<void> {
    await this.element.getByRole('status').filter({ hasText: text }).waitFor();
  }

  async say(text: string): Promise<void> {
    const message = this.element.getByLabel('message', { exact: true });
    await message.fill(text);
    await message.press('Enter');
  }

  async join(room: string): Promise<void> {
    await this.element.getByLabel('room to join').fill(room);
    await this.element.getByRole('button', { name: 'Join' }).click();
    await this.isIn(room);
  }

  async isIn(room: string): Promise<void> {
    await this.element.getByRole('button', { name: `leave ${room}`, exact: true }).waitFor();
  }

  async writeTo(room: string): Promise<void> {
    await this.element.getByLabel('to whom').selectOption(room);
  }

  /** Waits for a message, and returns its line. */
  async gets(text: string): Promise<string> {
    const line = this.element.locator('.message').filter({ hasText: text });
    await line.waitFor();
    return line.innerText();
  }

  /** Waits for something that nobody has written. */
  async tells(text: string): Promise<void> {
    await this.element.locator('.event').filter({ hasText: text }).first().waitFor();
  }

  /** The texts of its messages. */
  texts(): Promise<string[]> {
    return this.element.locator('.message .text').allInnerTexts();
  }
}
