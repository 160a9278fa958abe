import { encode } from '@msgpack/msgpack';

type Fields = Record<string, unknown>;
type Accepts = (value: unknown) => boolean;

/** A message that a peer would send, and what each of its fields may be, by its path. */
export interface Sample {
  name: string;
  message: unknown;
  fields: Record<string, Accepts>;
}

const LEFT_OUT = Symbol('left out');

/** One of each kind of value that MessagePack can carry; JSON lacks the last ones. */
const VALUES: readonly (readonly [name: string, value: unknown])[] = [
  ['left out', LEFT_OUT],
  ['null', null],
  ['true', true],
  ['false', false],
  ['a number', 97],
  ['a negative number', -1],
  ['a fraction', 1.5],
  ['a text', 'text'],
  ['an empty text', ''],
  ['an empty list', []],
  ['a list of names', ['text', 5]],
  ['a list of lists', [['text']]],
  ['a list of objects', [{}]],
  ['an empty object', {}],
  ['an object', { length: 1, 0: 'text' }],
  ['a list of bytes', [Buffer.from('bytes')]],
  ['bytes', Buffer.from('bytes')],
  ['a date', new Date(0)],
];

const isBinary = (value: unknown) => /bytes|date/.test(String(VALUES.find(([, other]) => other === value)?.[0]));

/** The sample with each of its fields wrong in every way in turn, as MessagePack, and as JSON where a peer may write that. */
export function* wronged({ name, message, fields }: Sample, json: boolean): Generator<[string, Buffer]> {
  for (const [path, accepts] of Object.entries(fields)) {
    for (const [kind, value] of VALUES) {
      if (accepts(value === LEFT_OUT ? undefined : value)) continue;
      const wrong = withField(message, path.split('.'), value);
      const title = `${name}: ${path} is ${kind}`;
      yield [title, pack(wrong)];
      if (json && !isBinary(value)) yield [`${title}, as JSON`, Buffer.from(JSON.stringify(wrong))];
    }
  }
}

/** The sample cut short at every byte. */
export function* truncated({ name, message }: Sample): Generator<[string, Buffer]> {
  const whole = pack(message);
  for (let i = 0; i < whole.length; i++) yield [`${name}, cut at ${i}`, whole.subarray(0, i)];
}

export const pack = (value: unknown): Buffer => Buffer.from(encode(value, { maxDepth: 2000 }));

function withField(message: unknown, [key = '', ...rest]: string[], value: unknown): unknown {
  const copy = (Array.isArray(message) ? [...message] : { ...(message as object) }) as Fields;
  const changed = rest.length > 0 ? withField(copy[key], rest, value) : value;
  if (changed !== LEFT_OUT) copy[key] = changed;
  else if (Array.isArray(copy)) copy.length = Math.min(copy.length, Number(key));
  else delete copy[key];
  return copy;
}

const isText: Accepts = (value) => typeof value === 'string';
const isName: Accepts = (value) => typeof value === 'string' || typeof value === 'number';
const areNames: Accepts = (value) => Array.isArray(value) && value.every(isName);
/** Users call rooms whatever they like. */
const areRooms: Accepts = (value) => Array.isArray(value);
const mayBe =
  (accepts: Accepts): Accepts =>
  (value) =>
    value === undefined || accepts(value);
/** As published nodes have it: what is nothing is left out. */
const falsyOr =
  (accepts: Accepts): Accepts =>
  (value) =>
    !value || accepts(value);
const nullOr =
  (accepts: Accepts): Accepts =>
  (value) =>
    value === undefined || value === null || accepts(value);
const isObject: Accepts = (value) =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
const isNothing: Accepts = () => false;

const targets = { rooms: ['a'], except: ['b'] };
const packet = { type: 2, data: ['hacked', 1], nsp: '/' };
const options = { ...targets, flags: { volatile: true } };
const ofPacket: Record<string, Accepts> = {
  packet: isNothing,
  'packet.type': isNothing,
  'packet.data': (value) => Array.isArray(value) && isName(value[0]),
  'packet.data.0': isName,
  'packet.nsp': mayBe(isText),
};
const ofOptions = (opts: string): Record<string, Accepts> => ({
  [opts]: nullOr(isObject),
  [`${opts}.rooms`]: nullOr(areRooms),
  [`${opts}.except`]: nullOr(areRooms),
  [`${opts}.flags`]: nullOr(isObject),
});
const ofTargets: Record<string, Accepts> = {
  opts: isObject,
  'opts.rooms': falsyOr(areRooms),
  'opts.except': falsyOr(areRooms),
};
const sender = { uid: 'a', link: 'b', nodes: ['a', 'c'] };
const ofSender: Record<string, Accepts> = {
  uid: mayBe((value) => value === 'a'),
  link: mayBe(isText),
  nodes: mayBe((value) => Array.isArray(value) && value.length === 0),
};

export const BROADCASTS: readonly Sample[] = [
  packet,
  { ...packet, type: 5, data: ['hacked', Buffer.from([1, 2])] },
].map((packet) => ({
  name: `a broadcast of type ${packet.type}`,
  message: ['a', packet, options],
  fields: {
    0: isText,
    ...Object.fromEntries(Object.entries(ofPacket).map(([path, accepts]) => [path.replace('packet', '1'), accepts])),
    ...ofOptions('2'),
  },
}));

/** Adds the fields of nodes of this package. */
const request = (name: string, message: Fields, fields: Record<string, Accepts>): Sample => ({
  name,
  message: { ...message, ...sender },
  fields: {
    type: isNothing,
    ...('requestid' in message ? { requestid: mayBe(isText) } : { requestId: mayBe(isText) }),
    ...ofSender,
    ...fields,
  },
});
const of5 = (type: number, fields: Fields) => ({ requestid: 'x', type, ...fields });
const of8 = (type: number | string, fields: Fields) => ({ requestId: 'x', type, ...fields });

export const REQUESTS: readonly Sample[] = [
  request('clients of 5.x', of5(0, { rooms: ['a'] }), { rooms: falsyOr(areRooms) }),
  request('clientRooms of 5.x', of5(1, { sid: 'a' }), { sid: isText }),
  request('remoteJoin of 5.x', of5(3, { sid: 'a', room: 'b' }), { sid: isText, room: isName }),
  request('remoteLeave of 5.x', of5(4, { sid: 'a', room: 'b' }), { sid: isText, room: isName }),
  request('remoteDisconnect of 5.x', of5(6, { sid: 'a' }), { sid: isText }),
  request('clients of 8.x', of8(0, { rooms: ['a'] }), { rooms: falsyOr(areRooms) }),
  request('addSockets', of8(2, { opts: targets, rooms: ['c'] }), { ...ofTargets, rooms: areRooms }),
  request('delSockets', of8(3, { opts: targets, rooms: ['c'] }), { ...ofTargets, rooms: areRooms }),
  request('disconnectSockets', of8(4, { opts: targets }), ofTargets),
  request('fetchSockets', of8(5, { opts: targets }), ofTargets),
  request('serverSideEmit', of8(6, { data: ['hacked'] }), {
    data: (value) => Array.isArray(value) && typeof value[0] === 'string',
  }),
  request('countSockets', of8('countSockets', { opts: targets }), ofTargets),
  request('an acknowledged broadcast', of8(7, { packet, opts: options }), {
    ...ofPacket,
    ...ofOptions('opts'),
    requestId: isText,
    uid: isText,
    link: () => true,
    nodes: () => true,
  }),
  { name: 'a hello', message: { type: 'hello', ...sender }, fields: { ...ofSender, uid: isNothing, link: isText } },
  { name: 'a bye', message: { type: 'bye', uid: 'a' }, fields: { uid: isText } },
];

const reminder = { type: 'reminder', anew: true, request: of8(5, { opts: targets, ...sender }) };
const ofReminder: Record<string, Accepts> = {
  request: isNothing,
  ...Object.fromEntries(
    Object.entries({ ...ofSender, ...ofTargets, type: isNothing, requestId: isText }).map(([path, accepts]) => [
      `request.${path}`,
      accepts,
    ]),
  ),
};

/** Answers to `clients()`, by the dialect in which they are written. */
const CLIENTS = { requestid: 'clients', requestId: 'sockets' } as const;

/** @param id - of a request for the ids of the sockets that waits for answers */
export function responsesTo(id: string): readonly Sample[] {
  const clients = (['requestid', 'requestId'] as const).map((field) => ({
    name: `an answer with ${field}`,
    message: { [field]: id, [CLIENTS[field]]: ['a'], ...sender },
    fields: { [CLIENTS[field]]: areNames, ...ofSender },
  }));
  const count = { requestId: 'x', type: 8, clientCount: 1, ...sender };
  const answer = { requestId: 'x', type: 9, packet: ['fine'], ...sender };
  return [
    ...clients,
    {
      name: 'an answer to nothing',
      message: { requestId: 'x', ...sender },
      fields: { requestId: isText, ...ofSender },
    },
    {
      name: 'a count',
      message: count,
      fields: { requestId: isText, clientCount: (value) => value === 97, ...ofSender },
    },
    { name: 'an acknowledgement', message: answer, fields: { requestId: isText, ...ofSender } },
    {
      name: 'an answer to a hello',
      message: { type: 'hello', answer: true, ...sender },
      fields: { ...ofSender, uid: isNothing, link: isText },
    },
    { name: 'a reminder', message: reminder, fields: ofReminder },
    { name: 'a bye', message: { type: 'bye', uid: 'a' }, fields: { uid: isText } },
  ];
}

/** A message of the sharded wire. */
function sharded(name: string, type: number | string, data: Fields, fields: Record<string, Accepts>): Sample {
  const ofData = Object.entries(fields).map(([path, accepts]) => [`data.${path}`, accepts]);
  return {
    name,
    message: { uid: 'a', nsp: '/', type, data },
    fields: { uid: isText, nsp: isText, type: isNothing, data: isNothing, ...Object.fromEntries(ofData) },
  };
}

const ofLink: Record<string, Accepts> = {
  link: mayBe(isText),
  nodes: mayBe((value) => Array.isArray(value) && value.length === 0),
};
const link = { link: 'b', nodes: ['a', 'c'] };

export const SHARDED_BROADCASTS: readonly Sample[] = [
  sharded('a broadcast', 3, { packet, opts: options }, { ...ofPacket, ...ofOptions('opts') }),
  sharded(
    'a binary broadcast',
    3,
    { packet: { ...packet, data: ['hacked', Buffer.from([1])] }, opts: options },
    { ...ofPacket, ...ofOptions('opts') },
  ),
];

export const SHARDED_REQUESTS: readonly Sample[] = [
  ...SHARDED_BROADCASTS,
  sharded('SOCKETS_JOIN', 4, { opts: targets, rooms: ['c'], ...link }, { ...ofTargets, ...ofLink, rooms: areRooms }),
  sharded('SOCKETS_LEAVE', 5, { opts: targets, rooms: ['c'], ...link }, { ...ofTargets, ...ofLink, rooms: areRooms }),
  sharded('DISCONNECT_SOCKETS', 6, { opts: targets, ...link }, { ...ofTargets, ...ofLink }),
  sharded(
    'FETCH_SOCKETS',
    7,
    { requestId: 'x', opts: targets, ...link },
    { ...ofTargets, ...ofLink, requestId: mayBe(isText) },
  ),
  sharded(
    'SERVER_SIDE_EMIT',
    9,
    { packet: ['hacked'], ...link },
    {
      ...ofLink,
      packet: (value) => Array.isArray(value) && typeof value[0] === 'string',
    },
  ),
];

export const SHARDED_RESPONSES: readonly Sample[] = [
  sharded('FETCH_SOCKETS_RESPONSE', 8, { requestId: 'x', sockets: [] }, { requestId: isText }),
  sharded('SERVER_SIDE_EMIT_RESPONSE', 10, { requestId: 'x', packet: [] }, { requestId: isText }),
  sharded(
    'BROADCAST_CLIENT_COUNT',
    11,
    { requestId: 'x', clientCount: 1 },
    {
      requestId: isText,
      clientCount: (value) => value === 97,
    },
  ),
  sharded('BROADCAST_ACK', 12, { requestId: 'x', packet: [] }, { requestId: isText }),
  sharded('a reminder', 'reminder', reminder, ofReminder),
  sharded(
    'an answer',
    'response',
    { requestId: 'x', response: { requestId: 'x', ...sender } },
    {
      'response.requestId': isText,
      'response.uid': ofSender.uid as Accepts,
      'response.link': ofSender.link as Accepts,
      'response.nodes': ofSender.nodes as Accepts,
    },
  ),
];
