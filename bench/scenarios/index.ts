import type { Scenario } from '../scenario';
import { churn } from './churn';
import { endToEnd } from './end-to-end';
import { fetchSockets } from './fetch-sockets';
import { memory } from './memory';
import { publish } from './publish';
import { namespaces, receiveForeign, receiveRoom } from './receive';
import { scale } from './scale';

export const scenarios: readonly Scenario[] = [
  receiveRoom,
  publish,
  receiveForeign,
  namespaces,
  fetchSockets,
  churn,
  endToEnd,
  memory,
  scale,
];
