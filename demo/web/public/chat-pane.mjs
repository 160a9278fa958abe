import { Connection } from './connection.mjs';
import { button, h, now, shownMs, textForm } from './dom.mjs';

/** How many lines are kept. */
const LINES_KEPT = 200;

const STATES = {
  connecting: 'connecting …',
  connected: 'connected',
  alone: 'cut off from the others',
  stopped: 'stopped',
  removed: 'disconnected',
};

/** One person's chat on one server: the same on its own page and side by side with others. */
export class ChatPane {
  #connection;
  #opening;
  #rooms = [];
  #health;
  #parts;

  /**
   * @param {object} options
   * @param {string} options.url - of the server
   * @param {string} options.name - of the person
   * @param {() => void} options.onChange - the members may have changed
   * @param {(message: object, node: string) => void} [options.onMessage]
   * @param {HTMLElement[]} [options.controls] - in the head, beside the state
   */
  constructor({ url, name, onChange, onMessage, controls = [] }) {
    this.url = url;
    this.name = name;
    this.onChange = onChange;
    this.onMessage = onMessage;
    this.#parts = this.#build(controls);
    this.element = this.#parts.pane;
    this.#setState('connecting');
  }

  /** The name of the node, once it is known. */
  get node() {
    return this.#health?.node;
  }

  get connected() {
    return this.#connection?.connected === true;
  }

  /** Shows which node it is before that one has said so. */
  describe({ node, kind }) {
    this.#health ??= { node, kind, connected: true };
    this.element.dataset.node = node;
    this.#parts.title.textContent = `node ${node}`;
    this.#parts.kind.textContent = kind;
    this.element.setAttribute('aria-label', `node ${node}`);
  }

  ask(event, ...args) {
    return this.#connection?.ask(event, ...args) ?? Promise.reject(new Error('not connected'));
  }

  async connect() {
    if (this.#connection) this.#connection.socket.connect();
    else this.#opening ??= this.#open();
    await this.#opening;
  }

  /** The server is known to be stopped: there is no use in knocking. */
  stopped() {
    this.#connection?.socket.disconnect();
    this.#setState('stopped');
  }

  async #open() {
    this.#setState('connecting');
    try {
      this.#connection = await Connection.open(this.url, {
        connect: () => this.#connected(),
        disconnect: (reason) => this.#disconnected(reason),
        health: (health) => this.#setHealth(health),
        message: (message) => this.#receive(message),
        changed: () => this.#changed(),
      });
    } catch (error) {
      this.#tell(error.message);
    } finally {
      this.#opening = undefined;
    }
  }

  async #connected() {
    const rooms = this.#rooms;
    this.#setState('connected');
    await this.#try(async () => {
      await this.ask('introduce', this.name);
      for (const room of rooms) await this.ask('join', room);
    });
  }

  #disconnected(reason) {
    const removed = reason === 'io server disconnect';
    if (removed) this.#tell('Somebody has disconnected you.');
    if (this.#state !== 'stopped') this.#setState(removed ? 'removed' : 'connecting');
    this.onChange();
  }

  #setHealth(health) {
    const before = this.#health?.connected ?? true;
    this.describe(health);
    this.#health = health;
    this.#setState(health.connected ? 'connected' : 'alone');
    if (before && !health.connected) this.#tell('Redis is away: for now, what you write stays on this node.');
    if (!before && health.connected) this.#tell('Redis is back: all nodes hear each other again.');
  }

  async #changed() {
    this.onChange();
    const rooms = await this.ask('rooms').catch(() => this.#rooms);
    for (const room of rooms) if (!this.#rooms.includes(room)) this.#tell(`You are in the room ${room} now.`);
    this.#rooms = rooms;
    this.#showRooms();
  }

  async #send(text) {
    const { target } = this.#parts;
    return this.#try(() => this.ask('say', text, target.value || null));
  }

  /** Says what goes wrong, and returns whether all went well. */
  async #try(action) {
    try {
      await action();
      return true;
    } catch (error) {
      this.#tell(`That went wrong: ${error.message}.`);
      return false;
    }
  }

  #receive(message) {
    const took = shownMs(now() - message.sentAt);
    const local = message.node === this.node;
    const stations = local ? [`node ${message.node}`] : [`node ${message.node}`, 'Redis', `node ${this.node}`];
    const path = h('span.path', {}, stations.join(' → '), local ? ' (local)' : '', h('span.took', {}, `, ${took}`));
    const to = message.room === undefined ? ' ' : ` in ${message.room} `;
    const head = h('span.from', {}, h('b', {}, message.name), h('span.to', {}, to));
    this.#append(h('li.message', { data: { node: message.node } }, head, h('span.text', {}, message.text), path));
    this.onMessage?.(message, this.node);
  }

  /** Says something that nobody has written. */
  #tell(text) {
    this.#append(h('li.event', {}, text));
  }

  #append(line) {
    const { log } = this.#parts;
    log.append(line);
    while (log.children.length > LINES_KEPT) log.firstChild.remove();
    // a layout now would delay the messages that wait to be read
    requestAnimationFrame(() => log.scrollTo(0, log.scrollHeight));
  }

  get #state() {
    return this.element.dataset.state;
  }

  #setState(state) {
    const { composer, again, stateText } = this.#parts;
    if (this.#state === state) return;
    this.element.dataset.state = state;
    stateText.textContent = STATES[state];
    composer.disabled = state !== 'connected' && state !== 'alone';
    again.hidden = state !== 'removed';
  }

  #showRooms() {
    const { rooms, target } = this.#parts;
    rooms.replaceChildren(
      ...this.#rooms.map((room) => {
        const leave = button('×', () => this.#try(() => this.ask('leave', room)), { aria: { label: `leave ${room}` } });
        return h('li.room', {}, room, leave);
      }),
    );
    const chosen = target.value;
    const options = this.#rooms.map((room) => h('option', { value: room }, `room ${room}`));
    target.replaceChildren(h('option', { value: '' }, 'everyone'), ...options);
    target.value = this.#rooms.includes(chosen) ? chosen : '';
  }

  #build(controls) {
    const title = h('h2');
    const kind = h('span.kind');
    const stateText = h('span.state', { role: 'status' });
    const again = button('Connect', () => this.connect(), { hidden: true });
    const head = h('header', {}, h('div.names', {}, title, kind, stateText), again, ...controls);
    const log = h('ol.log', { role: 'log', tabIndex: 0, aria: { label: 'messages', live: 'polite' } });
    const rooms = h('ul.rooms', { aria: { label: 'your rooms' } });
    const target = h('select', { aria: { label: 'to whom' } }, h('option', { value: '' }, 'everyone'));
    const name = h('input.name', { value: this.name, maxLength: 40, aria: { label: 'your name' } });
    name.addEventListener('change', () => {
      this.name = name.value.trim() || this.name;
      name.value = this.name;
      this.#try(() => this.ask('introduce', this.name));
    });
    const join = textForm({
      label: 'room to join',
      placeholder: 'room',
      button: 'Join',
      maxLength: 40,
      className: 'join',
      onSubmit: (room) => this.#try(() => this.ask('join', room)),
    });
    const write = textForm({
      label: 'message',
      placeholder: 'Message',
      button: 'Send',
      maxLength: 500,
      className: 'write',
      onSubmit: (text) => this.#send(text),
    });
    const you = h('div.you', {}, h('label', {}, 'You are ', name), rooms, join);
    const composer = h('fieldset.composer', {}, you, h('div.send', {}, target, write));
    return {
      pane: h('article.node', {}, head, log, composer),
      title,
      kind,
      stateText,
      again,
      log,
      rooms,
      target,
      composer,
    };
  }
}
