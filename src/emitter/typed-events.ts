/**
 * The types of events, as Socket.IO has them: an interface with a function an event, whose parameters are the event's arguments;
 * a function at the end of these is the acknowledgement.
 */

/** For who does not say which events there are. */
export type AnyEvents = Record<string, (...args: unknown[]) => void>;

/** The names of events. */
export type EventName<Events extends object> = keyof Events & (string | number);

/** The arguments of an event's function. */
export type EventArgs<Events extends object, Name extends keyof Events> = Events[Name] extends (
  ...args: infer Args
) => unknown
  ? Args
  : never;

/** Gets what was not answered in time as an error, and what was. */
export type AnswersCallback<Answer> = (error: Error | null, answers: Answer[]) => void;

/** The arguments of an event for many: whose acknowledgement, if it has one, is that of all of them. */
export type EmitArgs<Events extends object, Name extends keyof Events> =
  EventArgs<Events, Name> extends [...infer Data, (...answer: infer Answer) => void]
    ? [...data: Data, callback?: AnswersCallback<FirstOf<Answer>>]
    : EventArgs<Events, Name>;

/** The arguments of an event without the acknowledgement. */
export type DataArgs<Events extends object, Name extends keyof Events> =
  EventArgs<Events, Name> extends [...infer Data, (...answer: never[]) => void] ? Data : EventArgs<Events, Name>;

/** What an event is acknowledged with. */
export type AnswerOf<Events extends object, Name extends keyof Events> =
  EventArgs<Events, Name> extends [...infer _Data, (...answer: infer Answer) => void] ? FirstOf<Answer> : unknown;

/** The first of some arguments, or undefined. */
type FirstOf<Args> = Args extends [infer First, ...unknown[]] ? First : undefined;
