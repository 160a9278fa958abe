import { button, h, shownMs, textForm } from './dom.mjs';

/** All members of all nodes, as one node is told by the others. */
export class MemberList {
  #again = false;
  #asking = false;
  #list = h('ul.member-list');
  #summary = h('p.summary', { role: 'status' });

  /**
   * @param {HTMLElement} element
   * @param {() => import('./chat-pane.mjs').ChatPane | undefined} asked - whose node is asked
   * @param {HTMLElement[]} [controls]
   */
  constructor(element, asked, controls = []) {
    this.asked = asked;
    element.append(h('header', {}, h('h2', {}, 'Who is there'), ...controls, this.#summary), this.#list);
  }

  /** Asks again, once whatever is being asked has been answered. */
  async refresh() {
    this.#again = true;
    if (this.#asking) return;
    this.#asking = true;
    while (this.#again) {
      this.#again = false;
      await this.#ask().catch((error) => this.#say(error.message, true));
    }
    this.#asking = false;
  }

  async #ask() {
    const pane = this.asked();
    if (!pane) {
      this.#list.replaceChildren();
      this.#say('No node can be asked.', true);
      return;
    }
    const begin = performance.now();
    const { members, incomplete } = await pane.ask('members');
    const took = shownMs(performance.now() - begin);
    this.#list.replaceChildren(...members.map((member) => this.#row(pane, member)));
    const count = `${members.length} ${members.length === 1 ? 'person' : 'people'}`;
    if (incomplete) this.#say(`${count} on the nodes that have answered node ${pane.node} within ${took}`, true);
    else this.#say(`${count}, says node ${pane.node} after asking all nodes, ${took}`);
  }

  #row(pane, { id, name, node, rooms }) {
    const join = textForm({
      label: `room for ${name}`,
      placeholder: 'room',
      button: 'Join room',
      maxLength: 40,
      className: 'join',
      onSubmit: (room) => this.#do(() => pane.ask('remoteJoin', id, room)),
    });
    const disconnect = button('Disconnect', () => this.#do(() => pane.ask('remoteDisconnect', id)), {
      aria: { label: `disconnect ${name}` },
    });
    return h(
      'li.member',
      { data: { node, id } },
      h('span.who', {}, h('b', {}, name), h('span.where', {}, `node ${node}`)),
      h('span.rooms', {}, ...(rooms.length > 0 ? rooms.map((room) => h('span.room', {}, room)) : ['no room'])),
      h('span.actions', {}, join, disconnect),
    );
  }

  async #do(action) {
    try {
      await action();
      return true;
    } catch (error) {
      this.#say(error.message, true);
      return false;
    }
  }

  #say(text, wrong = false) {
    this.#summary.textContent = text;
    this.#summary.classList.toggle('wrong', wrong);
  }
}
