export { type EventuallyOptions, eventually } from '../../tools/eventually.js';
