// the page of one node

import { ChatPane } from './chat-pane.mjs';
import { MemberList } from './member-list.mjs';

const NAMES = ['Dana', 'Eli', 'Fay', 'Gus', 'Hana', 'Ivo', 'Jun', 'Kim', 'Lea', 'Max', 'Noa', 'Ola'];
const name = NAMES[Math.floor(Math.random() * NAMES.length)];

const pane = new ChatPane({ url: location.origin, name, onChange: () => members.refresh() });
const members = new MemberList(document.querySelector('#members'), () => (pane.connected ? pane : undefined));
document.querySelector('#nodes').append(pane.element);
pane.connect();
