// the page with all nodes side by side

import { ChatPane } from './chat-pane.mjs';
import { button, h } from './dom.mjs';
import { MemberList } from './member-list.mjs';

/** Milliseconds that a dot takes from a node to Redis; the messages themselves are much faster. */
const TRAVEL = 300;

const NAMES = { A: 'Ann', B: 'Ben', C: 'Cleo' };

const columns = new Map();
const seen = new Set();
const stillness = matchMedia('(prefers-reduced-motion: reduce)');

const asking = h('select', { aria: { label: 'the node that is asked' } });
asking.addEventListener('change', () => members.refresh());
const members = new MemberList(document.querySelector('#members'), askedPane, [h('label', {}, 'Ask ', asking)]);
const redis = redisBar(document.querySelector('#redis'));

const events = new EventSource('/events');
events.addEventListener('message', ({ data }) => show(JSON.parse(data)));
events.addEventListener('error', () => notice('The demo has ended. Start it again with: npm run demo:web'));
events.addEventListener('open', () => notice(''));

/** Shows what people must know; nothing for an empty text. */
function notice(text) {
  const element = document.querySelector('#notice');
  element.textContent = text;
  element.hidden = text === '';
}

function show(state) {
  redis.show(state.redis);
  for (const node of state.nodes) {
    if (!columns.has(node.name)) addColumn(node);
    columns.get(node.name).show(node);
  }
  members.refresh();
}

function addColumn({ name, kind, url }) {
  const power = powerButton(`node/${name}`, `node ${name}`);
  const open = h(
    'a',
    { href: url, target: '_blank', rel: 'noopener', title: `node ${name} alone, for one more person` },
    'open ↗',
  );
  const pane = new ChatPane({
    url,
    name: NAMES[name],
    onChange: () => members.refresh(),
    onMessage: travel,
    controls: [open, power.element],
  });
  pane.describe({ node: name, kind });
  const wire = h('div.wire', { aria: { hidden: 'true' } });
  const column = h('div.column', { data: { node: name } }, wire, pane.element);
  document.querySelector('#nodes').append(column);
  asking.append(h('option', { value: name }, `node ${name}`));
  let was;
  columns.set(name, {
    pane,
    wire,
    show({ running }) {
      power.show(running);
      // whoever was disconnected stays so while other nodes come and go
      if (running === was) return;
      was = running;
      if (running) pane.connect();
      else pane.stopped();
    },
  });
}

/** The one that is chosen, or another one that can be asked. */
function askedPane() {
  const chosen = columns.get(asking.value)?.pane;
  return chosen?.connected ? chosen : [...columns.values()].map(({ pane }) => pane).find(({ connected }) => connected);
}

/** Shows the way of a message that has come to a node. */
function travel(message, to) {
  if (message.node === to || stillness.matches) return;
  const id = `${message.node} ${message.sentAt} ${message.text}`;
  if (!seen.has(id)) dot(message.node, ['100%', '0%'], 0);
  seen.add(id);
  dot(to, ['0%', '100%'], TRAVEL);
  setTimeout(() => seen.delete(id), 2 * TRAVEL);
}

function dot(node, [from, to], delay) {
  const wire = columns.get(node)?.wire;
  const element = h('span.dot');
  wire?.append(element);
  const animation = element.animate(
    [
      { top: from, opacity: 1 },
      { top: to, opacity: 1 },
    ],
    { duration: TRAVEL, delay },
  );
  animation.finished.finally(() => element.remove());
}

function redisBar(element) {
  const state = h('span.state', { role: 'status' });
  const power = powerButton('redis', 'Redis');
  const meaning = h('span.meaning');
  element.append(h('h2', {}, 'Redis'), state, meaning, power.element);
  return {
    show({ running, own }) {
      element.dataset.state = running ? 'connected' : 'stopped';
      document.body.dataset.redis = element.dataset.state;
      state.textContent = own ? (running ? 'running' : 'stopped') : 'yours, from REDIS_URL';
      meaning.textContent = running
        ? 'carries what the nodes have to tell each other'
        : 'each node goes on with the people that it has';
      power.element.hidden = !own;
      power.show(running);
    },
  };
}

/** Switches something on and off. */
function powerButton(path, what) {
  let action = 'stop';
  const element = button('Stop', async () => {
    element.disabled = true;
    notice(await control(`${path}/${action}`));
    element.disabled = false;
  });
  element.classList.add('power');
  return {
    element,
    show(running) {
      action = running ? 'stop' : 'start';
      element.textContent = running ? 'Stop' : 'Start';
      element.setAttribute('aria-label', `${element.textContent} ${what}`);
      element.dataset.action = action;
    },
  };
}

/** Does what a button asks for, and returns what went wrong, if anything did. */
async function control(path) {
  try {
    const response = await fetch(`/control/${path}`, { method: 'POST' });
    return response.ok ? '' : `That went wrong: ${await response.text()}`;
  } catch {
    return 'The demo does not answer.';
  }
}
