import { button, h, shownMs, textForm } from './dom.mjs';

/** All members of all nodes, as one node is told by the others. */
export class MemberList {
  #again = false;
  #asking = false;
  /** By the ids of the members. They stay when the list is renewed: somebody may be writing into one. */
  #rows = new Map();
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
      this.#show([]);
      this.#say('No node can be asked.', true);
      return;
    }
    const begin = performance.now();
    const { members, incomplete } = await pane.ask('members');
    const took = shownMs(performance.now() - begin);
    this.#show(members);
    const count = `${members.length} ${members.length === 1 ? 'person' : 'people'}`;
    if (incomplete) this.#say(`${count} on the nodes that have answered node ${pane.node} within ${took}`, true);
    else this.#say(`${count}, says node ${pane.node} after asking all nodes, ${took}`);
  }

  #show(members) {
    const rows = new Map(members.map((member) => [member.id, this.#rows.get(member.id) ?? this.#row(member)]));
    for (const [id, row] of this.#rows) if (!rows.has(id)) row.element.remove();
    this.#rows = rows;
    for (const [i, member] of members.entries()) {
      const row = rows.get(member.id);
      row.show(member);
      if (this.#list.children[i] !== row.element) this.#list.insertBefore(row.element, this.#list.children[i] ?? null);
    }
  }

  #row({ id, node }) {
    const who = h('b');
    const rooms = h('span.rooms');
    const join = textForm({
      label: 'room',
      placeholder: 'room',
      button: 'Join room',
      maxLength: 40,
      className: 'join',
      onSubmit: (room) => this.#do((pane) => pane.ask('remoteJoin', id, room)),
    });
    const disconnect = button('Disconnect', () => this.#do((pane) => pane.ask('remoteDisconnect', id)));
    const element = h(
      'li.member',
      { data: { node, id } },
      h('span.who', {}, who, h('span.where', {}, `node ${node}`)),
      rooms,
      h('span.actions', {}, join, disconnect),
    );
    return {
      element,
      show(member) {
        who.textContent = member.name;
        join.querySelector('input').setAttribute('aria-label', `room for ${member.name}`);
        disconnect.setAttribute('aria-label', `disconnect ${member.name}`);
        const chips = member.rooms.map((room) => h('span.room', {}, room));
        rooms.replaceChildren(...(chips.length > 0 ? chips : ['no room']));
      },
    };
  }

  async #do(action) {
    try {
      const pane = this.asked();
      if (!pane) throw new Error('No node can be asked.');
      await action(pane);
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
