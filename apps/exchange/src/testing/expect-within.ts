// Expect within: a time that somebody told lies between the question and now, however long a busy
// machine took for the answer.
import { expect } from 'vitest';

/** How far the venue's second may be from the wall's. */
const slackMs = 1_500;

export const expectWithin = (toldMs: number, askedMs: number): void => {
  expect(toldMs).toBeGreaterThan(askedMs - slackMs);
  expect(toldMs).toBeLessThan(Date.now() + slackMs);
};
