import { patience } from './patience';

/** Milliseconds for a node to answer, before another is asked as well. */
const ANSWERS_WITHIN_MS = 1000;

/**
 * Asks one node after the other, in any order, until one has answered: each may hang, while its connection stays.
 *
 * @throws what the first one that was asked gives, when none answers
 */
export async function firstAnswer<N, T>(nodes: readonly N[], ask: (node: N) => Promise<T>): Promise<T> {
  const asked: Promise<T>[] = [];
  for (const node of inRandomOrder(nodes)) {
    let answer: [T] | undefined;
    asked.push(ask(node));
    const answered = Promise.any(asked).then(
      (first) => {
        answer = [first];
      },
      // the next one may
      () => {},
    );
    await patience(ANSWERS_WITHIN_MS, answered);
    if (answer) return answer[0];
  }
  return Promise.any(asked).catch(({ errors }: AggregateError) => Promise.reject(errors[0]));
}

function inRandomOrder<N>(nodes: readonly N[]): N[] {
  return nodes
    .map((node) => ({ node, order: Math.random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ node }) => node);
}
